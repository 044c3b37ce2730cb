package io.weir.launcher;

import io.weir.launcher.config.NodeSettings;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayException;
import io.weir.wsgateway.GatewayTls;
import java.net.InetSocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the gateway go by other settings, and show the certificate that they name, as its files are when it is asked. Whoever changes the configuration, one at a time; reads files. */
final class GatewayReload implements NodeReload.Front {
    private static final Logger log = LoggerFactory.getLogger(GatewayReload.class);

    private final Gateway gateway;
    private NodeSettings settings;

    GatewayReload(Gateway gateway, NodeSettings settings) {
        this.gateway = gateway;
        this.settings = settings;
    }

    @Override
    public InetSocketAddress address() {
        return gateway.address();
    }

    @Override
    public void allow(List<String> names) {
        gateway.allow(names);
    }

    @Override
    public void follow(NodeSettings others) {
        settings = others;
        refresh();
    }

    @Override
    public void refresh() {
        try {
            GatewayTls tls = settings.gatewayTls();
            if (tls != null) {
                gateway.renew(tls);
            }
        } catch (GatewayException e) {
            log.warn("the gateway's certificate cannot be used, so the one before stays: {}", e.getMessage());
        }
    }
}
