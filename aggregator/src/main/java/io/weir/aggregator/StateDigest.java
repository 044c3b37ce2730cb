package io.weir.aggregator;

import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One number for a whole state: what a replay must reproduce bit for bit. */
final class StateDigest {
    private final MessageDigest sha256;
    private final DataOutputStream out;

    private StateDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        out = new DataOutputStream(
                new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha256)));
    }

    static String of(LedgerFold fold) {
        StateDigest digest = new StateDigest();
        digest.longs(
                fold.sequence(),
                fold.boot(),
                fold.idsReservedBelow(),
                fold.sessionsOpened(),
                fold.violationsRecorded(),
                fold.openCount());
        digest.tally(fold.totals());
        fold.forEachOpen(digest::session);
        return digest.hex();
    }

    private String hex() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private void session(ConnectionInfo info) {
        longs(info.id(), info.parentId(), info.protocol().code(), info.openedAtMillis());
        texts(info.method(), info.host(), info.url(), info.remote(), info.user(), info.originAddress());
        tally(info.counts());
        SessionRoute route = info.route();
        if (!route.equals(SessionRoute.NONE)) { // states of journals without them have the digests they always had
            longs(route.configVersion());
            texts(route.rule(), route.upstream());
        }
    }

    private void tally(Tally tally) {
        longs(tally.up(), tally.down(), tally.overheadUp(), tally.overheadDown(), tally.originUp(), tally.originDown());
    }

    private void longs(long... values) {
        try {
            for (long value : values) {
                out.writeLong(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void texts(String... values) {
        try {
            for (String value : values) {
                byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
