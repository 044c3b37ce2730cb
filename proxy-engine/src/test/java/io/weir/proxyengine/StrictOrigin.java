package io.weir.proxyengine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** An origin that reads with {@link StrictHttp}, remembers what it was asked, and answers as told. */
final class StrictOrigin implements AutoCloseable {
    /** An answer, and what becomes of the connection: {@code keep}, {@code fin} or {@code rst}. */
    record Answer(String text, String end) {
        static Answer ok(String body) {
            return new Answer("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body, "keep");
        }
    }

    /** Says how to answer. */
    interface Answers {
        Answer to(StrictHttp.Message request);
    }

    private final ServerSocket server;
    private final Answers answers;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<StrictHttp.Message> requests = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    private StrictOrigin(ServerSocket server, Answers answers) {
        this.server = server;
        this.answers = answers;
    }

    static StrictOrigin start(Answers answers) throws IOException {
        return start(new ServerSocket(0, 256, InetAddress.getLoopbackAddress()), answers);
    }

    /** The same inside TLS. */
    static StrictOrigin start(SSLContext context, Answers answers) throws IOException {
        return start(InterceptingProxy.listen(context), answers);
    }

    private static StrictOrigin start(ServerSocket server, Answers answers) {
        var origin = new StrictOrigin(server, answers);
        origin.threads.execute(origin::accept);
        return origin;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // that is the end
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var http = new StrictHttp(new BufferedInputStream(socket.getInputStream()));
            StrictHttp.Message request;
            while ((request = http.request("127.0.0.1:" + port())) != null) {
                synchronized (this) {
                    requests.add(request);
                }
                Answer answer = answers.to(request);
                socket.getOutputStream().write(answer.text().getBytes(StandardCharsets.ISO_8859_1));
                if (answer.end().equals("rst")) {
                    socket.setSoLinger(true, 0);
                    return;
                }
                if (answer.end().equals("fin")) {
                    socket.shutdownOutput();
                    socket.setSoTimeout(5_000);
                    socket.getInputStream().readAllBytes();
                    return;
                }
            }
        } catch (StrictHttp.Fault fault) {
            synchronized (this) {
                faults.add(fault.getMessage());
            }
        } catch (IOException ended) {
            // an exchange that was broken off
        }
    }

    /** Takes what was asked since the last call. */
    synchronized List<StrictHttp.Message> takeRequests() {
        var taken = List.copyOf(requests);
        requests.clear();
        return taken;
    }

    synchronized List<String> takeFaults() {
        var taken = List.copyOf(faults);
        faults.clear();
        return taken;
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
