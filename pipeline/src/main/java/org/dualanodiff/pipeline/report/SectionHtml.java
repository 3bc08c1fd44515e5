package org.dualanodiff.pipeline.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.dd;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.dt;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.h4;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;
import static j2html.TagCreator.ul;

import j2html.tags.ContainerTag;
import j2html.tags.DomContent;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;

/** One section as HTML. Text is escaped by the tags. */
final class SectionHtml {

    private static final Pattern NUMBER = Pattern.compile("-|[-+]?[0-9][0-9,.]*( ?[^ ]{1,7})?");

    private static final float JPEG_QUALITY = 0.85f;

    private SectionHtml() {}

    /** @param id anchor of the section */
    static DomContent top(Section section, String id) {
        if (section instanceof Section.Chapter chapter) {
            return details()
                    .withId(id)
                    .attr("open")
                    .withClass("chapter")
                    .with(
                            summary(h2(chapter.heading())),
                            iff(!chapter.note().isEmpty(), p(chapter.note()).withClass("note")),
                            div().withClass("columns").with(each(chapter.sections(), SectionHtml::inChapter)),
                            p(a("Back to the contents").withHref("#contents")).withClass("back"));
        }
        return section(h2(section.heading()), content(section)).withId(id);
    }

    private static DomContent inChapter(Section section) {
        String width = section instanceof Section.LineChart || section instanceof Section.Histogram ? "half" : "full";
        return section(h3(section.heading()), content(section)).withClass(width);
    }

    private static DomContent content(Section section) {
        if (section instanceof Section.Text text) {
            return div(each(text.paragraphs(), paragraph -> p(paragraph)));
        } else if (section instanceof Section.KeyFigures figures) {
            return keyFigures(figures);
        } else if (section instanceof Section.Table rows) {
            return tableOf(rows);
        } else if (section instanceof Section.Gallery gallery) {
            return gallery(gallery);
        } else if (section instanceof Section.Picture one) {
            return figure(picture(one.pixels(), one.heading()), figcaption(one.note()));
        } else if (section instanceof Section.LineChart chart) {
            return chart(Chart.of(chart), lineNames(chart));
        } else if (section instanceof Section.Histogram histogram) {
            return chart(Chart.of(histogram), sampleNames(histogram));
        }
        return div(each(((Section.Chapter) section).sections(), SectionHtml::inChapter));
    }

    private static DomContent keyFigures(Section.KeyFigures section) {
        return dl().withClass("figures")
                .with(each(section.figures(), figure -> div(dt(figure.label()), dd(figure.value()))));
    }

    /** In a frame that scrolls by itself, and with the keyboard, where the table is wider than a phone. */
    private static DomContent tableOf(Section.Table section) {
        List<String> styles = IntStream.range(0, section.columns().size())
                .mapToObj(column -> isNumeric(section.rows(), column) ? "number" : "words")
                .toList();
        return div().withClass("scroll")
                .attr("role", "group")
                .attr("aria-label", section.heading())
                .attr("tabindex", "0")
                .with(table(
                        thead(tr().with(IntStream.range(0, styles.size())
                                .mapToObj(i -> th(section.columns().get(i))
                                        .attr("scope", "col")
                                        .withClass(styles.get(i))))),
                        tbody(each(
                                section.rows(),
                                row -> tr().with(IntStream.range(0, styles.size())
                                        .mapToObj(i -> td(row.get(i)).withClass(styles.get(i))))))));
    }

    private static boolean isNumeric(List<List<String>> rows, int column) {
        return rows.stream().map(row -> row.get(column)).allMatch(NUMBER.asMatchPredicate());
    }

    private static DomContent gallery(Section.Gallery section) {
        return div(
                iff(!section.note().isEmpty(), p(section.note()).withClass("note")),
                each(section.groups(), SectionHtml::group));
    }

    private static DomContent group(PairGroup group) {
        return div(h4(group.title()), div().withClass("pairs").with(each(group.pairs(), SectionHtml::pair)));
    }

    private static DomContent pair(PairThumbnail pair) {
        List<Image> cells = pair.cells();
        return figure(
                div().withClass("cells")
                        .with(IntStream.range(0, cells.size())
                                .mapToObj(i -> picture(cells.get(i), PairThumbnail.CELLS.get(i)))),
                iff(!pair.caption().isEmpty(), figcaption(pair.caption())));
    }

    private static DomContent picture(Image pixels, String name) {
        return img().withSrc(dataUri(pixels))
                .withAlt(name)
                .withTitle(name)
                .attr("width", pixels.width())
                .attr("height", pixels.height())
                .attr("loading", "lazy");
    }

    private static DomContent chart(ContainerTag<?> svg, List<String> names) {
        return figure(
                        svg,
                        ul().withClass("legend")
                                .with(IntStream.range(0, names.size())
                                        .mapToObj(i ->
                                                li(span().withClass("swatch " + Chart.color(i)), span(names.get(i))))))
                .withClass("chart");
    }

    private static List<String> lineNames(Section.LineChart chart) {
        return chart.lines().stream().map(Section.Line::name).toList();
    }

    private static List<String> sampleNames(Section.Histogram histogram) {
        return histogram.samples().stream()
                .map(sample -> sample.values().length == 0
                        ? sample.name() + ": none"
                        : "%s: %,d, median %s%s"
                                .formatted(
                                        sample.name(),
                                        sample.values().length,
                                        Readable.digits(sample.median(), 2),
                                        histogram.unit()))
                .toList();
    }

    /** A grey picture, such as a mask, as PNG; a photograph as JPEG, a quarter of PNG's bytes. */
    private static String dataUri(Image pixels) {
        return pixels.channels() == 1
                ? uri("image/png", PngCodec.encode(pixels.buffered()))
                : uri("image/jpeg", jpeg(pixels.buffered()));
    }

    private static String uri(String type, byte[] file) {
        return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(file);
    }

    private static byte[] jpeg(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing a JPEG to memory failed", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
