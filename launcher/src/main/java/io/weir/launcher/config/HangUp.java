package io.weir.launcher.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * SIGHUP. Of the JDK's {@code sun.misc.Signal}, which no module exports to compilers without a warning, so by reflection.
 */
final class HangUp {
    private HangUp() {}

    /** Calls {@code action} on each SIGHUP, on a thread of the JVM's. Answers whether the system can do so. */
    @SuppressWarnings("ReferenceEquality") // a handler is equal to itself and nothing else
    static boolean on(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "equals" -> {
                                return arguments[0] == self;
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            default -> {
                                return "SIGHUP";
                            }
                        }
                        return null;
                    });
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, ours);
            return true;
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            return false; // no such signal here, or the JVM keeps it for itself
        }
    }
}
