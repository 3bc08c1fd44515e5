package org.dualanodiff.pipeline.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.style;
import static j2html.TagCreator.title;
import static j2html.TagCreator.ul;

import j2html.TagCreator;
import j2html.rendering.FlatHtml;
import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A report as one HTML file that needs nothing beside it: style, pictures and charts are inside, there is no script.
 * It follows the reader's light or dark setting, works by keyboard and fits a phone.
 */
public final class ReportPage {

    private static final String STYLE = resource("report.css");

    private ReportPage() {}

    /** The page, in UTF-8. */
    public static byte[] html(Report report) {
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n");
        try {
            TagCreator.html()
                    .withLang("en")
                    .with(headOf(report), body(skipLink(), headerOf(report), contents(report), mainOf(report)))
                    .render(FlatHtml.into(page));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return page.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static DomContent headOf(Report report) {
        return head(
                meta().withCharset("utf-8"),
                meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                meta().withName("color-scheme").withContent("light dark"),
                title(report.title()),
                style(rawHtml(STYLE)));
    }

    private static DomContent skipLink() {
        return a("Skip to the content").withHref("#content").withClass("skip");
    }

    private static DomContent headerOf(Report report) {
        return header(h1(report.title()), p(report.subtitle()));
    }

    private static DomContent contents(Report report) {
        Stream<DomContent> links = IntStream.range(0, report.sections().size())
                .mapToObj(i -> li(a(report.sections().get(i).heading()).withHref("#" + id(i))));
        return nav(ul().with(links)).withId("contents").attr("aria-label", "Contents");
    }

    private static DomContent mainOf(Report report) {
        Stream<DomContent> sections = IntStream.range(0, report.sections().size())
                .mapToObj(i -> SectionHtml.top(report.sections().get(i), id(i)));
        return main().withId("content").with(sections);
    }

    private static String id(int section) {
        return "section-" + (section + 1);
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
