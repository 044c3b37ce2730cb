package io.weir.launcher.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals of the system. Of the JDK's {@code sun.misc.Signal}, which no module exports to compilers without a warning, so by reflection.
 */
public final class Signals {
    private Signals() {}

    /**
     * Calls {@code action} on each signal of that name, such as {@code HUP}, on a thread of the JVM's, and nothing else is done then. Answers
     * whether the system can do so.
     */
    @SuppressWarnings("ReferenceEquality") // a handler is equal to itself and nothing else
    public static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "equals" -> {
                                return arguments[0] == self;
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            default -> {
                                return "SIG" + name;
                            }
                        }
                        return null;
                    });
            Object caught = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, caught, ours);
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
