package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationPolicyTest {
    private static final int PORT = 443;

    @ParameterizedTest
    @CsvSource({
        // address, refused when private ones are not allowed, refused when they are
        "93.184.216.34, false, false",
        "2606:2800:220:1::1, false, false",
        "::ffff:93.184.216.34, false, false",
        "64:ff9b::5db8:d822, false, false",
        "2002:5db8:d822::1, false, false",
        "127.0.0.1, true, false",
        "127.255.255.254, true, false",
        "10.0.0.1, true, false",
        "172.16.0.1, true, false",
        "172.31.255.255, true, false",
        "172.32.0.1, false, false",
        "192.168.1.1, true, false",
        "100.64.0.1, true, false",
        "100.127.255.255, true, false",
        "100.63.255.255, false, false",
        "100.128.0.1, false, false",
        "::1, true, false",
        "fc00::1, true, false",
        "fd12:3456::1, true, false",
        "fec0::1, true, false",
        "::ffff:127.0.0.1, true, false",
        "::ffff:10.0.0.1, true, false",
        "::127.0.0.1, true, false",
        "64:ff9b::7f00:1, true, false",
        "64:ff9b::a00:1, true, false",
        "64:ff9b:1::a00:1, true, false",
        "2002:7f00:1::1, true, false",
        "2002:c0a8:101::1, true, false",
        "169.254.0.1, true, true",
        "169.254.169.254, true, true",
        "::ffff:169.254.169.254, true, true",
        "64:ff9b::a9fe:a9fe, true, true",
        "2002:a9fe:a9fe::, true, true",
        "fe80::1, true, true",
        "febf::1, true, true",
        "fd00:ec2::254, true, true",
        "224.0.0.1, true, true",
        "239.255.255.250, true, true",
        "ff02::1, true, true",
        "ff0e::1, true, true",
        "::ffff:224.0.0.1, true, true",
        "240.0.0.1, true, true",
        "255.255.255.255, true, true",
        "0.0.0.0, true, true",
        "0.1.2.3, true, true",
        "::, true, true",
        "::ffff:0.0.0.0, true, true",
        "64:ff9b::, true, true",
    })
    void rangesAreJudged(String address, boolean refusedOutside, boolean refusedInside) throws Exception {
        var destination = new InetSocketAddress(InetAddress.getByName(address), PORT);

        assertThat(new DestinationPolicy(List.of(), false).refusal(destination) != null)
                .isEqualTo(refusedOutside);
        assertThat(new DestinationPolicy(List.of(), true).refusal(destination) != null)
                .isEqualTo(refusedInside);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, ::ffff:127.0.0.1, true",
        "127.0.0.1, 64:ff9b::7f00:1, true",
        "127.0.0.1, 127.0.0.2, false",
        "127.0.0.1, ::1, false",
        "::1, ::1, true",
        "0.0.0.0, 127.0.0.1, true",
        "0.0.0.0, 127.9.9.9, true",
        "0.0.0.0, ::1, true",
        "::, 127.0.0.1, true",
        "::, ::1, true",
        "::, 93.184.216.34, false",
    })
    void itsOwnAddressesAreRefusedOnTheirPortOnly(String own, String address, boolean refused) throws Exception {
        var policy = new DestinationPolicy(List.of(new InetSocketAddress(InetAddress.getByName(own), PORT)), true);
        InetAddress destination = InetAddress.getByName(address);

        assertThat(policy.refusal(new InetSocketAddress(destination, PORT)) != null)
                .isEqualTo(refused);
        assertThat(policy.refusal(new InetSocketAddress(destination, PORT + 1))).isNull();
    }
}
