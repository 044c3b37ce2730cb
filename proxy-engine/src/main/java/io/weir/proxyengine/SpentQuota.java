package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.QuotaBoard;
import io.weir.eventbus.QuotaBoard.Spent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How a user is told that a quota is used up. Stateless. */
final class SpentQuota {
    private static final long SECOND_MILLIS = 1_000;

    private SpentQuota() {}

    /** Why nothing is carried for that user now; null if it may be. */
    static @Nullable Refusal refusal(QuotaBoard quotas, String user) {
        if (user.isEmpty()) {
            return null;
        }
        long now = System.currentTimeMillis();
        Spent spent = quotas.spent(user, now);
        if (spent == null) {
            return null;
        }
        long secondsLeft = (spent.untilMillis() - now + SECOND_MILLIS - 1) / SECOND_MILLIS;
        return new Refusal(
                HttpResponseStatus.TOO_MANY_REQUESTS,
                "http_request_denied",
                "the quota of " + spent.quotaBytes() + " bytes for " + spent.period()
                        + " (UTC) is used up; the next one begins at " + Instant.ofEpochMilli(spent.untilMillis()),
                CloseReason.QUOTA_EXCEEDED,
                "Retry-After: " + secondsLeft + "\r\n");
    }
}
