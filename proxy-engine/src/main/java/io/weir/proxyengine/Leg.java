package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;

/** Which of a session's counts a byte belongs to. */
enum Leg {
    UP {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.up(bytes);
        }
    },
    DOWN {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.down(bytes);
        }
    },
    OVERHEAD_UP {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.overheadUp(bytes);
        }
    },
    OVERHEAD_DOWN {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.overheadDown(bytes);
        }
    },
    ORIGIN_UP {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.originUp(bytes);
        }
    },
    ORIGIN_DOWN {
        @Override
        void count(SessionMeter meter, long bytes) {
            meter.originDown(bytes);
        }
    },
    /** None: somebody else counts it. */
    NONE {
        @Override
        void count(SessionMeter meter, long bytes) {}
    };

    /** What payload counts as that is read from a client's channel: a {@link StreamChannel}'s bytes are counted as frames, where they pass. */
    static Leg ofPayload(SocketChannel client) {
        return client instanceof StreamChannel ? NONE : UP;
    }

    abstract void count(SessionMeter meter, long bytes);
}
