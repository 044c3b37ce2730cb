package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.replaytool.JournalDiff.Difference;
import io.weir.replaytool.SessionEntry.FieldDifference;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes a comparison, each difference as it is found. One thread. */
interface DiffOutput {
    static DiffOutput asText(CommandOutput out) {
        return new AsText(out);
    }

    static DiffOutput asJson(CommandOutput out) {
        return new AsJson(out);
    }

    void difference(Difference difference);

    void end(JournalDiff diff, DiffSide a, DiffSide b);

    final class AsText implements DiffOutput {
        private final CommandOutput out;

        AsText(CommandOutput out) {
            this.out = out;
        }

        @Override
        public void difference(Difference difference) {
            SessionEntry a = difference.a();
            SessionEntry b = difference.b();
            if (a != null && b != null) {
                out.println("session " + difference.id() + " differs: " + who(a));
                difference.fields().forEach(this::field);
            } else if (a != null) {
                out.println("session " + difference.id() + " only in A: " + who(a) + "  " + a.figures());
            } else if (b != null) {
                out.println("session " + difference.id() + " only in B: " + who(b) + "  " + b.figures());
            }
        }

        private void field(FieldDifference field) {
            out.println("    " + field.name() + ": " + TerminalText.escape(field.a()) + " in A, "
                    + TerminalText.escape(field.b()) + " in B");
        }

        private static String who(SessionEntry entry) {
            ConnectionInfo session = entry.session();
            String user = session.user().isEmpty() ? "-" : session.user();
            return TerminalText.escape(
                    session.protocol().label() + " " + session.remote() + " " + user + " " + session.host());
        }

        @Override
        public void end(JournalDiff diff, DiffSide a, DiffSide b) {
            out.println("A: " + side(a, diff.sessionsA()));
            out.println("B: " + side(b, diff.sessionsB()));
            out.println(Figures.exact(diff.same()) + " the same, " + Figures.exact(diff.different()) + " different, "
                    + Figures.exact(diff.onlyInA()) + " only in A, " + Figures.exact(diff.onlyInB()) + " only in B");
        }

        private static String side(DiffSide side, long sessions) {
            return Figures.counted(sessions, "session") + " in events " + side.firstSequence() + " to "
                    + side.lastSequence();
        }
    }

    final class AsJson implements DiffOutput {
        private final CommandOutput out;
        private final JsonGenerator json;

        AsJson(CommandOutput out) {
            this.out = out;
            this.json = Json.to(out);
            json.writeStartObject();
            json.writeArrayPropertyStart("differences");
        }

        @Override
        public void difference(Difference difference) {
            json.writeStartObject();
            json.writeNumberProperty("id", difference.id());
            json.writeArrayPropertyStart("fields");
            difference.fields().forEach(field -> json.writeString(field.name()));
            json.writeEndArray();
            side("a", difference.a());
            side("b", difference.b());
            json.writeEndObject();
        }

        private void side(String name, @Nullable SessionEntry entry) {
            if (entry == null) {
                json.writeNullProperty(name);
            } else {
                json.writeObjectPropertyStart(name);
                Json.sessionFields(json, entry.session());
                json.writeEndObject();
            }
        }

        @Override
        public void end(JournalDiff diff, DiffSide a, DiffSide b) {
            json.writeEndArray();
            side("a", a, diff.sessionsA());
            side("b", b, diff.sessionsB());
            json.writeNumberProperty("same", diff.same());
            json.writeNumberProperty("different", diff.different());
            json.writeNumberProperty("onlyInA", diff.onlyInA());
            json.writeNumberProperty("onlyInB", diff.onlyInB());
            json.writeEndObject();
            json.close();
            out.println("");
        }

        private void side(String name, DiffSide side, long sessions) {
            json.writeObjectPropertyStart(name);
            json.writeNumberProperty("sessions", sessions);
            json.writeNumberProperty("firstSequence", side.firstSequence());
            json.writeNumberProperty("lastSequence", side.lastSequence());
            json.writeNumberProperty("missing", side.missing());
            json.writeEndObject();
        }
    }
}
