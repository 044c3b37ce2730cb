package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** Which leaf an engine gets, and what is forgotten. */
class LeafKeysTest {
    private final TestAuthority authority = TestAuthority.create();
    private final LeafKeys keys = new LeafKeys();

    private static SSLEngine engine(String peer) throws Exception {
        return SSLContext.getDefault().createSSLEngine(peer, 0);
    }

    private String chosen(Leaf leaf) throws Exception {
        return aliasFor(keys.peer(leaf));
    }

    private String aliasFor(String peer) throws Exception {
        return Objects.requireNonNull(keys.chooseEngineServerAlias("EC", null, engine(peer)));
    }

    @Test
    void anEngineGetsItsOwnLeafThoughAnotherIsForTheSameHost() throws Exception {
        Leaf one = authority.leaf("a.example");
        Leaf other = authority.leaf("a.example");
        String peerOfOne = keys.peer(one);
        String peerOfOther = keys.peer(other);

        String alias = aliasFor(peerOfOne);

        assertThat(keys.getCertificateChain(alias)).containsExactly(one.certificate());
        assertThat(keys.getPrivateKey(alias)).isSameAs(one.key());
        assertThat(keys.chooseEngineServerAlias("EC", null, engine(peerOfOther)))
                .isNotEqualTo(alias);
        assertThat(keys.chooseEngineServerAlias("EC", null, engine("a.example")))
                .isNull();
        assertThat(keys.chooseEngineServerAlias("RSA", null, engine(peerOfOne))).isNull();
    }

    @Test
    void aliasesBeyondTheBoundAreForgottenTheOldestFirst() throws Exception {
        Leaf first = authority.leaf("first.example");
        Leaf second = authority.leaf("second.example");
        String firstAlias = chosen(first);
        String secondAlias = chosen(second);
        List<Leaf> leaves = new ArrayList<>();
        var mint = new CertificateMint(authority.asAuthority());
        for (int i = 0; i < LeafKeys.ALIASES_MAX - 1; i++) {
            leaves.add(mint.leaf("host" + i + ".example", Instant.now()));
        }
        assertThat(chosen(first)).isEqualTo(firstAlias); // chosen again, so younger than the second

        for (Leaf each : leaves) {
            chosen(each);
        }

        assertThat(keys.getCertificateChain(firstAlias)).isNotNull();
        assertThat(keys.getCertificateChain(secondAlias)).isNull();
        assertThat(keys.getPrivateKey(secondAlias)).isNull();
        assertThat(chosen(second)).isEqualTo(secondAlias);
        assertThat(keys.getCertificateChain(secondAlias)).isNotNull();
    }
}
