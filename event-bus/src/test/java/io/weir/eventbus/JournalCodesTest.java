package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes are written to journals that are read for ever: one that changes here breaks what exists. */
class JournalCodesTest {
    @Test
    void protocolsKeepTheirCodesAndLabels() {
        String table = Arrays.stream(SessionProtocol.values())
                .map(each -> each.code() + "=" + each.label())
                .collect(Collectors.joining(" "));

        assertThat(table).isEqualTo("1=HTTP 2=HTTPS-Tunnel 3=HTTPS-MITM 4=HTTP-MITM");
    }

    @Test
    void closeReasonsKeepTheirCodes() {
        String table = Arrays.stream(CloseReason.values())
                .map(each -> each.code() + "=" + each)
                .collect(Collectors.joining(" "));

        assertThat(table)
                .isEqualTo("1=COMPLETED 2=CLIENT_ABORTED 3=CLIENT_RESET 4=ORIGIN_ABORTED 5=ORIGIN_RESET"
                        + " 6=RESOLVE_FAILED 7=CONNECT_FAILED 8=CONNECT_TIMEOUT 9=IDLE_TIMEOUT 10=HEAD_TIMEOUT"
                        + " 11=BAD_REQUEST 12=BAD_RESPONSE 13=DENIED 14=OVERLOADED 15=CLOSED_BY_COMMAND"
                        + " 16=NODE_STOPPED 17=NODE_CRASHED 18=INTERNAL_ERROR"
                        + " 19=CLIENT_TLS_FAILED 20=ORIGIN_TLS_FAILED 21=QUOTA_EXCEEDED");
    }

    @Test
    void overloadStepsKeepTheirCodes() {
        String table = Arrays.stream(OverloadStep.values())
                .map(each -> each.code() + "=" + each)
                .collect(Collectors.joining(" "));

        assertThat(table).isEqualTo("0=NORMAL 1=IDLE_SHORTENED 2=KEEP_ALIVE_OFF 3=REFUSING 4=ACCEPT_PAUSED");
    }

    @ParameterizedTest
    @EnumSource(OverloadStep.class)
    void anOverloadStepIsFoundByItsCode(OverloadStep step) {
        assertThat(OverloadStep.ofCode(step.code())).isEqualTo(step);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 5, Integer.MAX_VALUE})
    void anOverloadStepNobodyHasIsRefused(int code) {
        assertThatIllegalArgumentException().isThrownBy(() -> OverloadStep.ofCode(code));
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void aCloseReasonIsFoundByItsCode(CloseReason reason) {
        assertThat(CloseReason.ofCode(reason.code())).isEqualTo(reason);
    }

    @ParameterizedTest
    @EnumSource(SessionProtocol.class)
    void aProtocolIsFoundByItsCode(SessionProtocol protocol) {
        assertThat(SessionProtocol.ofCode(protocol.code())).isEqualTo(protocol);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 22, 5_000, Integer.MAX_VALUE})
    void aCodeNobodyHasIsRefused(int code) {
        String unknown = "unknown .* " + code;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseReason.ofCode(code))
                .withMessageMatching(unknown);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionProtocol.ofCode(code))
                .withMessageMatching(unknown);
    }
}
