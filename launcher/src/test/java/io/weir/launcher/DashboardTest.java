package io.weir.launcher;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class DashboardTest {
    @TempDir
    Path folder;

    @Test
    void theTokenLeavesTheAddressBar() throws Exception {
        try (var weir = WeirProcess.start(folder.resolve("data"));
                var browser = Browser.start()) {

            Page page = browser.visit(weir.gatewayUrl("/?token=" + weir.token()));

            assertThat(page).hasURL(weir.gatewayUrl("/"));
            browser.assertNothingWasWrong();
        }
    }
}
