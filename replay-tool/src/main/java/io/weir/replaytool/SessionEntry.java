package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SessionParts.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * A session as one side of a comparison has it. Immutable.
 *
 * @param session what it is; closed only if it ended in the range; its counts are those of the range
 */
record SessionEntry(ConnectionInfo session) {
    /** A field in which two sides differ. */
    record FieldDifference(String name, String a, String b) {}

    static SessionEntry of(Part part) {
        ConnectionInfo it = part.session();
        return new SessionEntry(new ConnectionInfo(
                it.id(),
                it.parentId(),
                it.protocol(),
                it.method(),
                it.host(),
                it.url(),
                it.remote(),
                it.user(),
                it.originAddress(),
                it.openedAtMillis(),
                part.moved(),
                it.closedAtMillis(),
                it.reason(),
                it.status(),
                it.route()));
    }

    long id() {
        return session.id();
    }

    /** In what the other side differs; empty if in nothing. */
    List<FieldDifference> differencesTo(SessionEntry other) {
        List<FieldDifference> all = new ArrayList<>();
        if (session.equals(other.session)) {
            return all;
        }
        ConnectionInfo a = session;
        ConnectionInfo b = other.session;
        compare(all, "up", a.counts().up(), b.counts().up());
        compare(all, "down", a.counts().down(), b.counts().down());
        compare(all, "overheadUp", a.counts().overheadUp(), b.counts().overheadUp());
        compare(all, "overheadDown", a.counts().overheadDown(), b.counts().overheadDown());
        compare(all, "originUp", a.counts().originUp(), b.counts().originUp());
        compare(all, "originDown", a.counts().originDown(), b.counts().originDown());
        compare(all, "reason", reason(a), reason(b));
        compare(all, "status", a.status(), b.status());
        compare(all, "openedAt", Figures.time(a.openedAtMillis()), Figures.time(b.openedAtMillis()));
        compare(all, "closedAt", closed(a), closed(b));
        compare(all, "parentId", a.parentId(), b.parentId());
        compare(all, "protocol", a.protocol().label(), b.protocol().label());
        compare(all, "method", a.method(), b.method());
        compare(all, "host", a.host(), b.host());
        compare(all, "url", a.url(), b.url());
        compare(all, "remote", a.remote(), b.remote());
        compare(all, "user", a.user(), b.user());
        compare(all, "originAddress", a.originAddress(), b.originAddress());
        compare(all, "configVersion", a.route().configVersion(), b.route().configVersion());
        compare(all, "rule", a.route().rule(), b.route().rule());
        compare(all, "upstream", a.route().upstream(), b.route().upstream());
        return all;
    }

    private static void compare(List<FieldDifference> all, String name, Object a, Object b) {
        if (!a.equals(b)) {
            all.add(new FieldDifference(name, a.toString(), b.toString()));
        }
    }

    private static String reason(ConnectionInfo session) {
        return session.reason() == null ? "open" : session.reason().name();
    }

    private static String closed(ConnectionInfo session) {
        return session.reason() == null ? "open" : Figures.time(session.closedAtMillis());
    }

    /** The bytes that crossed both legs, for people. */
    String figures() {
        Tally counts = session.counts();
        return "up " + Figures.exact(counts.up()) + " down " + Figures.exact(counts.down()) + " overhead "
                + Figures.exact(counts.overheadUp()) + "/" + Figures.exact(counts.overheadDown()) + " origin "
                + Figures.exact(counts.originUp()) + "/" + Figures.exact(counts.originDown()) + " " + reason(session);
    }
}
