package io.weir.launcher;

import io.weir.launcher.config.NodeSettings;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayException;
import io.weir.wsgateway.GatewayTls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the gateway show the certificate that the settings name, as its files are when it is asked. Whoever changes the configuration, one at a time; reads files. */
final class GatewayCertificate {
    private static final Logger log = LoggerFactory.getLogger(GatewayCertificate.class);

    private final Gateway gateway;
    private NodeSettings settings;

    GatewayCertificate(Gateway gateway, NodeSettings settings) {
        this.gateway = gateway;
        this.settings = settings;
    }

    /** Goes by other settings, whose files were found right a moment ago. */
    void follow(NodeSettings others) {
        settings = others;
        refresh();
    }

    /** Reads the files again. Those that cannot be used change nothing but the log. */
    void refresh() {
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
