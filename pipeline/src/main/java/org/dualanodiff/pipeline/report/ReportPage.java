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
import static j2html.TagCreator.ul;

import j2html.TagCreator;
import j2html.rendering.FlatHtml;
import j2html.tags.DomContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.TextResource;

/**
 * A page to be read by people, as one HTML file that needs nothing beside it: style, pictures and charts are inside, there is no script.
 * It follows the reader's light or dark setting, works by keyboard and fits a phone.
 *
 * @param subtitle one line under the title
 */
public record ReportPage(String title, String subtitle, List<Section> sections) {

    private static final String STYLE = TextResource.read(ReportPage.class, "report.css");

    public ReportPage {
        sections = List.copyOf(sections);
    }

    /** The page, in UTF-8. */
    public byte[] html() {
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n");
        try {
            TagCreator.html()
                    .withLang("en")
                    .with(headOf(), body(skipLink(), headerOf(), contents(), mainOf()))
                    .render(FlatHtml.into(page));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return page.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private DomContent headOf() {
        return head(
                meta().withCharset("utf-8"),
                meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                meta().withName("color-scheme").withContent("light dark"),
                TagCreator.title(title),
                style(rawHtml(STYLE)));
    }

    private static DomContent skipLink() {
        return a("Skip to the content").withHref("#content").withClass("skip");
    }

    private DomContent headerOf() {
        return header(h1(title), p(subtitle));
    }

    private DomContent contents() {
        Stream<DomContent> links = IntStream.range(0, sections.size())
                .mapToObj(i -> li(a(sections.get(i).heading()).withHref("#" + id(i))));
        return nav(ul().with(links)).withId("contents").attr("aria-label", "Contents");
    }

    private DomContent mainOf() {
        Stream<DomContent> shown =
                IntStream.range(0, sections.size()).mapToObj(i -> SectionHtml.top(sections.get(i), id(i)));
        return main().withId("content").with(shown);
    }

    private static String id(int section) {
        return "section-" + (section + 1);
    }
}
