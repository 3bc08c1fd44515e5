package org.dualanodiff.pipeline.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Text on a sheet. A machine without any font, such as a slim container, gets sheets without text. */
final class Captions {

    private static final Logger LOG = LoggerFactory.getLogger(Captions.class);
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final String CUT = "…";

    private static final boolean FONTS = fontsWork();

    private final Graphics2D graphics;

    Captions(Graphics2D graphics) {
        this.graphics = graphics;
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    }

    void bold(String text, int left, int top, int width, Color color) {
        draw(text, BOLD, left, top, width, color);
    }

    void small(String text, int left, int top, int width, Color color) {
        draw(text, SMALL, left, top, width, color);
    }

    private void draw(String text, Font font, int left, int top, int width, Color color) {
        if (!FONTS || text.isEmpty()) {
            return;
        }
        FontMetrics metrics = graphics.getFontMetrics(font);
        graphics.setFont(font);
        graphics.setColor(color);
        graphics.drawString(fitted(text, metrics, width), left, top + metrics.getAscent());
    }

    private static String fitted(String text, FontMetrics metrics, int width) {
        if (metrics.stringWidth(text) <= width) {
            return text;
        }
        int end = text.length();
        while (end > 0 && metrics.stringWidth(text.substring(0, end) + CUT) > width) {
            end--;
        }
        return text.substring(0, end) + CUT;
    }

    private static boolean fontsWork() {
        try {
            BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
            return image.createGraphics().getFontMetrics(SMALL).stringWidth("a") > 0;
        } catch (RuntimeException | Error e) {
            // Without fontconfig or FreeType the JDK fails with errors of several kinds.
            LOG.warn("no fonts on this machine, contact sheets have no captions: {}", e.toString());
            return false;
        }
    }
}
