package io.weir.launcher;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node by HTTP/2 to the proxy with and without a password, and curl with a certificate that says who it is; what a hop counted is what the audit proves. */
@Tag("jdk")
class Http2ListenerEndToEndTest {
    private static final String PASSWORD = "canary-7Q2x";

    /** Three requests for a tunnel on one connection: without a password, and twice with it; what comes through the tunnels by TLS. */
    private static final String SCRIPT = """
            const fs = require('fs'), http2 = require('http2'), tls = require('tls');
            const [proxyPort, authority, caFile, credentials] = process.argv.slice(2);
            const ca = fs.readFileSync(caFile);
            const session = http2.connect('https://localhost:' + proxyPort, { ca });
            const ask = (fields) => new Promise((done, failed) => {
              const stream = session.request({ ':method': 'CONNECT', ':authority': authority, ...fields });
              stream.on('error', failed);
              stream.on('response', head => {
                if (head[':status'] !== 200) {
                  stream.resume().on('close', () => done(head[':status']));
                  return;
                }
                const inside = tls.connect({ socket: stream, ca, servername: 'localhost' });
                let bytes = 0;
                inside.on('error', failed).on('data', piece => {
                  bytes += piece.length;
                  if (bytes > 100000) {
                    stream.close();
                    done(bytes);
                  }
                });
                inside.write('GET /bytes?n=100000 HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n');
              });
            });
            const known = { 'proxy-authorization': 'Basic ' + Buffer.from(credentials).toString('base64') };
            ask({}).then(refused => Promise.all([ask(known), ask(known)])
              .then(got => { console.log(refused, got.every(bytes => bytes > 100000)); session.close(); }));
            """;

    @TempDir
    Path folder;

    private static void addsUp(Path data, CountingHop hop) throws IOException, InterruptedException {
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up") + EndToEndTest.figure(audit, "overheadUp"))
                .isEqualTo(hop.up());
        assertThat(EndToEndTest.figure(audit, "down") + EndToEndTest.figure(audit, "overheadDown"))
                .isEqualTo(hop.down());
    }

    @Test
    void nodeOpensTunnelsInOneConnectionAndSaysInEachWhoItIs() throws Exception {
        Tool node = Tool.named("node");
        Path data = folder.resolve("data");
        Path users = folder.resolve("users");
        WeirProcess.addUser(users, "anna", PASSWORD);
        OriginKeys keys = OriginKeys.make(folder);
        Path script = Files.writeString(folder.resolve("client.js"), SCRIPT);
        try (WebOrigin origin = WebOrigin.start(keys);
                var weir = WeirProcess.start(
                        data, "--users", users.toString(), "--listen", "https://127.0.0.1:0" + keys.listenerOptions());
                CountingHop hop =
                        CountingHop.start(requireNonNull(weir.listenerPorts().get("https")))) {
            String url = origin.url("/");
            String authority = url.substring("https://".length(), url.length() - 1);
            assertThat(node.run(
                            script.toString(),
                            Integer.toString(hop.port()),
                            authority,
                            keys.authority().toString(),
                            "anna:" + PASSWORD))
                    .isEqualToIgnoringWhitespace("407 true");
            await().atMost(Duration.ofSeconds(20)).until(hop::isIdle);
            assertThat(weir.stop()).isEqualTo(143);
            assertThat(EndToEndTest.audit(data, "--sessions").split("\"user\":\"anna\"", -1))
                    .hasSize(1 + 2);
            addsUp(data, hop);
        }
    }

    @Test
    void curlsCertificateSaysWhoItIs() throws Exception {
        Tool curl = Tool.named("curl");
        Path data = folder.resolve("data");
        Path certificate = folder.resolve("carla.pem");
        Path key = folder.resolve("carla.key");
        Tool.named("openssl")
                .run(
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=carla",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString());
        OriginKeys keys = OriginKeys.make(folder);
        Path users = folder.resolve("users");
        WeirProcess.addUser(users, "anna", PASSWORD);
        try (WebOrigin origin = WebOrigin.start(keys);
                var weir = WeirProcess.start(
                        data,
                        "--users",
                        users.toString(),
                        "--listen",
                        "https://127.0.0.1:0" + keys.listenerOptions() + "&client-ca=" + certificate
                                + "&client-user=cn");
                CountingHop hop =
                        CountingHop.start(requireNonNull(weir.listenerPorts().get("https")))) {
            String ca = keys.authority().toString();
            List<String> command = new ArrayList<>(List.of(
                    "-sS",
                    "--cacert",
                    ca,
                    "--proxy-cacert",
                    ca,
                    "-x",
                    "https://localhost:" + hop.port(),
                    origin.url("/bytes?n=1000")));
            if (curl.run("--help", "all").contains("--proxy-http2")) {
                command.add("--proxy-http2");
            }
            assertThat(curl.status(command.toArray(String[]::new))).isEqualTo(56);
            command.addAll(List.of("--proxy-cert", certificate.toString(), "--proxy-key", key.toString()));
            assertThat(curl.run(command.toArray(String[]::new))).hasSize(1000);
            await().atMost(Duration.ofSeconds(20)).until(hop::isIdle);
            assertThat(weir.stop()).isEqualTo(143);
            assertThat(EndToEndTest.audit(data, "--sessions")).contains("\"user\":\"carla\"");
            addsUp(data, hop);
        }
    }
}
