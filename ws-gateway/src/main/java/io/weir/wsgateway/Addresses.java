package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Writes socket addresses as people type them: {@code 127.0.0.1:9090}, {@code [::1]:9090}. */
final class Addresses {
    private Addresses() {}

    static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        InetAddress ip = inet.getAddress();
        return (ip == null ? inet.getHostString() : host(ip)) + ":" + inet.getPort();
    }

    /** Who is at the other end of a connection, for the ledger. */
    static String client(Channel channel) {
        return "gateway client " + text(channel.remoteAddress());
    }

    /** The address alone, as a URL has it: IPv6 in brackets, shortened. */
    static String host(InetAddress ip) {
        String text = NetUtil.toAddressString(ip);
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }
}
