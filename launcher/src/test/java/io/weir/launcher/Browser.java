package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The machine's Chromium, headless, with a fresh profile for each {@link #visit}. It notes what no page of ours may do: throw,
 * offend against its own policy, or ask anybody else for anything. The thread that started it.
 */
final class Browser implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 20_000;

    final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;

    private Browser(Playwright playwright, com.microsoft.playwright.Browser chromium) {
        this.playwright = playwright;
        this.chromium = chromium;
    }

    /** Starts it, with more options if there are any; the test is skipped if there is none. */
    static Browser start(String... more) {
        Path program = program();
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        var arguments = new ArrayList<>(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"));
        arguments.addAll(List.of(more));
        var options = new BrowserType.LaunchOptions().setExecutablePath(program).setArgs(arguments);
        return new Browser(playwright, playwright.chromium().launch(options));
    }

    private static Path program() {
        for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
                Path candidate = Path.of(folder, name);
                if (Files.isExecutable(candidate)) {
                    return candidate;
                }
            }
        }
        assumeTrue(false, "skipped: there is no Chromium on this machine");
        throw new AssertionError();
    }

    /** Opens an address in a profile of its own. */
    Page visit(String url) {
        return visit(url, new com.microsoft.playwright.Browser.NewContextOptions());
    }

    /** The same with a size, a language or a colour scheme. */
    Page visit(String url, com.microsoft.playwright.Browser.NewContextOptions options) {
        BrowserContext context = chromium.newContext(options);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        Page page = context.newPage();
        String authority = URI.create(url).getAuthority();
        page.onPageError(error -> complaints.add("error: " + error));
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !isExpected(message.text())) {
                complaints.add("console: " + message.text());
            }
        });
        page.onRequest(request -> {
            URI asked = URI.create(request.url());
            if (!List.of("data", "blob").contains(asked.getScheme()) && !authority.equals(asked.getAuthority())) {
                complaints.add("request to somebody else: " + request.url());
            }
        });
        page.navigate(url);
        return page;
    }

    /** A browser says on its own that a server is away, or that an answer was an error: that is the page's business. */
    private static boolean isExpected(String text) {
        return text.contains("net::ERR_")
                || text.startsWith("Failed to load resource")
                || text.startsWith("WebSocket connection to");
    }

    /** No script threw, no policy was offended against, nobody else was asked, since the last call. */
    void assertNothingWasWrong() {
        List<String> since = List.copyOf(complaints);
        complaints.clear();
        assertThat(since).isEmpty();
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
