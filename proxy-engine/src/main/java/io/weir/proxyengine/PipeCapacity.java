package io.weir.proxyengine;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets how much a pipe holds: fcntl(2) with F_SETPIPE_SZ, which Netty does not offer. Through the foreign functions of JDK 22 and later, by reflection, so
 * that the same classes run on 17, where pipes stay as they are. Any thread.
 *
 * <p>Finding the function takes some 50 ms, so it is left to a thread of its own, on the first question.
 */
final class PipeCapacity {
    private static final Logger log = LoggerFactory.getLogger(PipeCapacity.class);
    private static final int F_SETPIPE_SZ = 1031;
    private static final int FIRST_VARIADIC = 2;

    private static volatile @Nullable MethodHandle fcntl;

    static {
        var thread = new Thread(() -> fcntl = find(), "weir-pipe-capacity");
        thread.setDaemon(true);
        thread.start();
    }

    private PipeCapacity() {}

    /** Whether {@link #set} has an effect; not yet when it was never asked before, and never on a JDK before 22. */
    static boolean isKnown() {
        return fcntl != null;
    }

    /**
     * Asks the kernel for room.
     *
     * @return how many bytes the pipe holds now; -1 if it is left as it was
     */
    static int set(int descriptor, int bytes) {
        MethodHandle function = fcntl;
        if (function == null) {
            return -1;
        }
        try {
            return (int) function.invokeExact(descriptor, F_SETPIPE_SZ, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("fcntl could not be called", e);
        }
    }

    private static @Nullable MethodHandle find() {
        try {
            Class<?> linker = Class.forName("java.lang.foreign.Linker");
            Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
            Class<?> lookup = Class.forName("java.lang.foreign.SymbolLookup");
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
            Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
            Object integer = Class.forName("java.lang.foreign.ValueLayout")
                    .getField("JAVA_INT")
                    .get(null);
            Object arguments = Array.newInstance(layout, 3);
            for (int i = 0; i < 3; i++) {
                Array.set(arguments, i, integer);
            }
            Object signature =
                    descriptor.getMethod("of", layout, arguments.getClass()).invoke(null, integer, arguments);
            Object options = Array.newInstance(option, 1);
            Array.set(
                    options, 0, option.getMethod("firstVariadicArg", int.class).invoke(null, FIRST_VARIADIC));
            Object nativeLinker = linker.getMethod("nativeLinker").invoke(null);
            var address = (Optional<?>) lookup.getMethod("find", String.class)
                    .invoke(linker.getMethod("defaultLookup").invoke(nativeLinker), "fcntl");
            return (MethodHandle) linker.getMethod("downcallHandle", segment, descriptor, options.getClass())
                    .invoke(nativeLinker, address.orElseThrow(), signature, options);
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.debug("pipes keep their capacity: this JDK has no foreign functions", e);
            return null;
        }
    }
}
