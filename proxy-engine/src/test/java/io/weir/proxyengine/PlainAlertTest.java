package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainAlertTest {
    @ParameterizedTest
    @CsvSource({
        "15030300020230, true", // unknown_ca
        "1403030001011503030002022a, true", // bad_certificate, after a change of cipher specs
        "1503030002022e, true",
        "15030300020228, false", // handshake_failure
        "15030300020100, false", // close_notify
        "15030300130230, false", // encrypted
        "0230, false",
    })
    void onlyAPlainAlertAboutACertificateRefusesIt(String bytes, boolean refuses) {
        var alert = new PlainAlert();
        var channel = new EmbeddedChannel(alert);

        channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(bytes)));

        assertThat(alert.refusesCertificate()).isEqualTo(refuses);
        channel.finishAndReleaseAll();
    }
}
