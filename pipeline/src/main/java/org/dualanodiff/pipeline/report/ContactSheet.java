package org.dualanodiff.pipeline.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.report.PairThumbnail.Thumbnails;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs in one PNG, group under group: each group has a title, each pair its four cells
 * ({@linkplain PairThumbnail#CELLS image, anomaly part, mask, overlay}) and its caption.
 */
public final class ContactSheet {

    private static final int GAP = 3;
    private static final int BETWEEN_PAIRS = 14;
    private static final int TITLE_HEIGHT = 26;
    private static final int CAPTION_HEIGHT = 16;
    private static final int SMALLEST_SIDE = 16;
    private static final Color INK = new Color(0x20, 0x20, 0x24);
    private static final Color FAINT = new Color(0x70, 0x70, 0x78);

    private final List<PairGroup> groups;
    private final int cell;
    private final int across;

    private ContactSheet(List<PairGroup> groups, int cell, int across) {
        this.groups = groups;
        this.cell = cell;
        this.across = across;
    }

    /**
     * Draws a sheet. Cells are made smaller until the file is small enough.
     *
     * @param across pairs beside one another
     * @param maxBytes of the PNG; a sheet whose cells would be smaller than 16 pixels is returned as large as it is
     * @throws IllegalArgumentException if there is no pair
     */
    public static byte[] png(List<PairGroup> groups, int across, long maxBytes) {
        int cell = groups.stream()
                .flatMap(group -> group.pairs().stream())
                .mapToInt(pair -> Math.max(pair.width(), pair.height()))
                .max()
                .orElseThrow(() -> new IllegalArgumentException("a contact sheet needs at least one pair"));
        byte[] png = new ContactSheet(groups, cell, across).encode();
        while (png.length > maxBytes && cell > SMALLEST_SIDE) {
            cell = Math.max(SMALLEST_SIDE, (int) (cell * Math.min(0.9, Math.sqrt((double) maxBytes / png.length))));
            png = new ContactSheet(groups, cell, across).encode();
        }
        return png;
    }

    private byte[] encode() {
        BufferedImage sheet = new BufferedImage(width(), height(), BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        Captions captions = new Captions(graphics);
        int y = BETWEEN_PAIRS;
        for (PairGroup group : groups) {
            y = draw(group, y, graphics, captions);
        }
        graphics.dispose();
        return PngCodec.encode(sheet);
    }

    /** Returns where the next group begins. */
    private int draw(PairGroup group, int top, Graphics2D graphics, Captions captions) {
        captions.bold(group.title(), BETWEEN_PAIRS, top, width() - 2 * BETWEEN_PAIRS, INK);
        int y = top + TITLE_HEIGHT;
        for (int c = 0; c < Math.min(across, group.pairs().size()); c++) {
            drawCellNames(left(c), y, captions);
        }
        y += CAPTION_HEIGHT;
        for (int i = 0; i < group.pairs().size(); i++) {
            drawPair(group.pairs().get(i), left(i % across), y + i / across * rowHeight(), graphics, captions);
        }
        return y + rows(group) * rowHeight();
    }

    private void drawCellNames(int left, int top, Captions captions) {
        for (int i = 0; i < PairThumbnail.CELLS.size(); i++) {
            captions.small(PairThumbnail.CELLS.get(i), left + i * (cell + GAP), top, cell, FAINT);
        }
    }

    private void drawPair(PairThumbnail pair, int left, int top, Graphics2D graphics, Captions captions) {
        Thumbnails thumbnails = new Thumbnails(cell);
        int x = left;
        for (var picture : pair.cells()) {
            graphics.drawImage(thumbnails.picture(picture).buffered(), x, top, null);
            x += cell + GAP;
        }
        captions.small(pair.caption(), left, top + cell + 2, pairWidth(), INK);
    }

    private int left(int column) {
        return BETWEEN_PAIRS + column * (pairWidth() + BETWEEN_PAIRS);
    }

    private int pairWidth() {
        return PairThumbnail.CELLS.size() * (cell + GAP) - GAP;
    }

    private int rowHeight() {
        return cell + CAPTION_HEIGHT + GAP;
    }

    private int rows(PairGroup group) {
        return (group.pairs().size() + across - 1) / across;
    }

    private int width() {
        int most = groups.stream().mapToInt(group -> group.pairs().size()).max().orElse(0);
        return BETWEEN_PAIRS + Math.min(across, most) * (pairWidth() + BETWEEN_PAIRS);
    }

    private int height() {
        int heights = groups.stream()
                .mapToInt(group -> TITLE_HEIGHT + CAPTION_HEIGHT + rows(group) * rowHeight())
                .sum();
        return heights + 2 * BETWEEN_PAIRS;
    }

    /** Text on a sheet. A machine without any font, such as a slim container, gets sheets without text. */
    private static final class Captions {

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
}
