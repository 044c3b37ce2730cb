package io.weir.proxyengine;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A name server on loopback that answers as the test says, over UDP and TCP, on threads of its own. */
final class DnsStub implements AutoCloseable {
    static final int A = 1;
    static final int CNAME = 5;
    static final int AAAA = 28;

    /**
     * An answer.
     *
     * @param code the response code; 0 if all is well
     * @param alias the canonical name, if there is one
     * @param truncated whether UDP says only that TCP knows more
     * @param silent whether there is none
     */
    record Answer(
            int code, List<String> addresses, @Nullable String alias, boolean truncated, boolean silent) {
        static Answer of(String... addresses) {
            return new Answer(0, List.of(addresses), null, false, false);
        }

        static Answer alias(String name) {
            return new Answer(0, List.of(), name, false, false);
        }

        static Answer silence() {
            return new Answer(0, List.of(), null, false, true);
        }

        static Answer failure() {
            return new Answer(2, List.of(), null, false, false);
        }

        static Answer nameError() {
            return new Answer(3, List.of(), null, false, false);
        }

        Answer overTcpOnly() {
            return new Answer(code, addresses, alias, true, silent);
        }
    }

    interface Zone {
        Answer answer(String name, int type);
    }

    private final Zone zone;
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final AtomicInteger tcpQueries = new AtomicInteger();

    private DnsStub(Zone zone) throws IOException {
        this.zone = zone;
        tcp = Peer.listen(0);
        tcp.setSoTimeout(0);
        udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress());
    }

    static DnsStub start(Zone zone) throws IOException {
        var stub = new DnsStub(zone);
        Peer.async(() -> {
            stub.serveUdp();
            return null;
        });
        Peer.async(() -> {
            stub.serveTcp();
            return null;
        });
        return stub;
    }

    List<InetSocketAddress> addresses() {
        return List.of((InetSocketAddress) udp.getLocalSocketAddress());
    }

    int tcpQueries() {
        return tcpQueries.get();
    }

    private void serveUdp() throws IOException {
        byte[] buffer = new byte[1500];
        while (!udp.isClosed()) {
            var packet = new DatagramPacket(buffer, buffer.length);
            udp.receive(packet);
            byte[] reply = reply(packet.getData(), packet.getLength(), true);
            if (reply.length > 0) {
                udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            }
        }
    }

    private void serveTcp() throws IOException {
        while (!tcp.isClosed()) {
            try (Socket client = tcp.accept()) {
                var in = new DataInputStream(client.getInputStream());
                byte[] query = in.readNBytes(in.readUnsignedShort());
                tcpQueries.incrementAndGet();
                byte[] reply = reply(query, query.length, false);
                var out = new DataOutputStream(client.getOutputStream());
                out.writeShort(reply.length);
                out.write(reply);
                out.flush();
                in.read();
            }
        }
    }

    private byte[] reply(byte[] query, int length, boolean overUdp) throws IOException {
        var name = new StringBuilder();
        int at = 12;
        while (query[at] != 0) {
            name.append(name.length() == 0 ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        int type = ((query[at + 1] & 0xff) << 8) | (query[at + 2] & 0xff);
        int questionEnd = at + 5;
        Answer answer = zone.answer(name.toString(), type);
        if (answer.silent()) {
            return new byte[0];
        }
        boolean cut = answer.truncated() && overUdp;
        var records = new ByteArrayOutputStream();
        int count = 0;
        if (!cut) {
            var out = new DataOutputStream(records);
            if (answer.alias() != null) {
                byte[] alias = name(answer.alias());
                record(out, CNAME, alias);
                count++;
            }
            for (String address : answer.addresses()) {
                byte[] bytes = InetAddress.getByName(address).getAddress();
                if ((bytes.length == 4 ? A : AAAA) == type) {
                    record(out, type, bytes);
                    count++;
                }
            }
        }
        var reply = new ByteArrayOutputStream();
        var out = new DataOutputStream(reply);
        out.write(query, 0, 2);
        out.writeShort(0x8180 | (cut ? 0x0200 : 0) | answer.code());
        out.writeShort(1);
        out.writeShort(count);
        out.writeInt(0);
        out.write(query, 12, Math.min(questionEnd, length) - 12);
        out.write(records.toByteArray());
        return reply.toByteArray();
    }

    private static void record(DataOutputStream out, int type, byte[] data) throws IOException {
        out.writeShort(0xc00c); // the name asked for
        out.writeShort(type);
        out.writeShort(1);
        out.writeInt(0); // not to be kept
        out.writeShort(data.length);
        out.write(data);
    }

    private static byte[] name(String name) throws IOException {
        var out = new ByteArrayOutputStream();
        for (String label : name.split("\\.", -1)) {
            out.write(label.length());
            out.write(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
