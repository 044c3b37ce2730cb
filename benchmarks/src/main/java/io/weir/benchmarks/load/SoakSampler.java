package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** Takes samples of a running Weir. One thread. */
final class SoakSampler implements AutoCloseable {
    private final RunningProxy proxy;
    private final ProcessTree process;
    private final VirtualMachineView machine;
    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpRequest totals;
    private final long start = System.nanoTime();

    SoakSampler(RunningProxy proxy, int gatewayPort) throws IOException {
        this.proxy = proxy;
        process = new ProcessTree(proxy.pid());
        machine = VirtualMachineView.of(proxy.pid());
        String token =
                Files.readString(Peers.dataOf(proxy.folder()).resolve("token")).strip();
        totals = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gatewayPort + "/api/totals"))
                .header("Authorization", "Bearer " + token)
                .build();
    }

    SoakSample sample(boolean withCollection) throws IOException, InterruptedException {
        long[] sessions = sessions();
        return new SoakSample(
                (System.nanoTime() - start) / 1e9,
                withCollection ? machine.liveHeap() : -1,
                machine.heapAfterCollection(),
                machine.directBytes(),
                process.residentBytes(),
                process.files(),
                process.pipes(),
                machine.threads(),
                sizeOf(Peers.dataOf(proxy.folder()).resolve("journal")),
                sessions[0],
                sessions[1]);
    }

    private long[] sessions() throws IOException, InterruptedException {
        String answer = http.send(totals, HttpResponse.BodyHandlers.ofString()).body();
        long[] sessions = new long[2];
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), answer)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_INT && "sessions".equals(json.currentName())) {
                    sessions[0] = json.getLongValue();
                } else if (token == JsonToken.VALUE_NUMBER_INT && "open".equals(json.currentName())) {
                    sessions[1] = json.getLongValue();
                }
            }
        }
        return sessions;
    }

    private static long sizeOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }

    @Override
    public void close() throws IOException {
        machine.close();
    }
}
