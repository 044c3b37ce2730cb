package io.weir.benchmarks.load;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into the JVM of another process of the same user. One thread. */
final class VirtualMachineView implements AutoCloseable {
    private final JMXConnector connector;
    private final MBeanServerConnection server;

    private VirtualMachineView(JMXConnector connector) throws IOException {
        this.connector = connector;
        server = connector.getMBeanServerConnection();
    }

    @SuppressWarnings("BanJNDI") // the address is our own child's, by loopback
    static VirtualMachineView of(long pid) throws IOException {
        String address;
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
            address = machine.startLocalManagementAgent();
            machine.detach();
        } catch (AttachNotSupportedException e) {
            throw new IOException("process " + pid + ": " + e.getMessage(), e);
        }
        return new VirtualMachineView(JMXConnectorFactory.connect(new JMXServiceURL(address)));
    }

    /** What is in the heap without what came since the last collection of the young. */
    long heapAfterCollection() throws IOException {
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getPlatformMXBeans(server, MemoryPoolMXBean.class)) {
            if (pool.getType() == MemoryType.HEAP) {
                MemoryUsage collected = pool.getCollectionUsage();
                boolean isYoung =
                        pool.getName().contains("Eden") || pool.getName().contains("Survivor");
                bytes += isYoung && collected != null
                        ? collected.getUsed()
                        : pool.getUsage().getUsed();
            }
        }
        return bytes;
    }

    /** Has everything collected, and says what is left: what is alive. */
    long liveHeap() throws IOException {
        MemoryMXBean memory = ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class);
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** Memory of direct buffers, as far as the JVM knows of them. */
    long directBytes() throws IOException {
        return ManagementFactory.getPlatformMXBeans(server, BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    int threads() throws IOException {
        return ManagementFactory.getPlatformMXBean(server, ThreadMXBean.class).getThreadCount();
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
