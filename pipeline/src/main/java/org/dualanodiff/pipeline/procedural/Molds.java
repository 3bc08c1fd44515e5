package org.dualanodiff.pipeline.procedural;


/** Forms of objects, 50 to 100 pixels across at scale 1. */
final class Molds {
    private Molds() {}

    static Form ring(Dice dice) {
        double radius = dice.between(32, 48);
        Field bore = Form.disc(radius * dice.between(0.4, 0.8));
        return Form.plain(Form.without(Form.disc(radius), bore));
    }

    static Form disc(Dice dice) {
        double radius = dice.between(28, 48);
        double groove = radius * dice.between(0.5, 0.85);
        double width = dice.between(1, 3);
        Field circle = (x, y) -> width - Math.abs(Math.sqrt(x * x + y * y) - groove);
        return new Form(Form.disc(radius), dice.chance(0.6) ? circle : Form.NOTHING);
    }

    /** A hexagonal head with a hexagonal or a round socket. */
    static Form bolt(Dice dice) {
        double size = dice.between(30, 42);
        Field head = Form.common(Form.polygon(6, size), Form.disc(size * 1.1));
        double socket = size * dice.between(0.3, 0.5);
        return new Form(head, dice.chance(0.5) ? Form.polygon(6, socket) : Form.disc(socket));
    }

    /** A round head with a straight or a crossed slot. */
    static Form screw(Dice dice) {
        double radius = dice.between(30, 44);
        double width = radius * dice.between(0.07, 0.13);
        Field slot = Form.box(radius * dice.between(0.6, 0.9), width, 0.5);
        Field crossed = Form.both(slot, (x, y) -> slot.at(y, x));
        return new Form(Form.disc(radius), dice.chance(0.5) ? slot : crossed);
    }

    /** A tablet, round or long, most with a line to break it by. */
    static Form pill(Dice dice) {
        double halfHeight = dice.between(18, 32);
        double halfWidth = halfHeight * dice.between(1, 1.9);
        Field line = (x, y) -> 1.3 - Math.abs(x);
        Field tablet = Form.box(halfWidth, halfHeight, halfHeight);
        return new Form(tablet, dice.chance(0.6) ? line : Form.NOTHING);
    }

    static Form gear(Dice dice) {
        double radius = dice.between(34, 46);
        double tooth = dice.between(2, 5);
        int teeth = dice.whole(8, 20);
        Field bore = Form.disc(radius * dice.between(0.15, 0.5));
        Field rim = (x, y) -> {
            double wave = StrictMath.cos(teeth * StrictMath.atan2(y, x));
            return radius + tooth * Math.max(-1, Math.min(1, 2 * wave)) - Math.sqrt(x * x + y * y);
        };
        return Form.plain(Form.without(rim, bore));
    }

    /** A rectangle, often with holes in its corners. */
    static Form plate(Dice dice) {
        double halfWidth = dice.between(28, 46);
        double halfHeight = dice.between(20, 42);
        double corner = dice.between(1, 12);
        Field whole = Form.box(halfWidth, halfHeight, corner);
        double hole = dice.between(2.5, 6);
        Point from = new Point(halfWidth - 9, halfHeight - 9);
        Field holes = (x, y) -> hole - from.distance(Math.abs(x), Math.abs(y));
        return Form.plain(dice.chance(0.6) ? Form.without(whole, holes) : whole);
    }

    /** Two or four holes in a disc with a raised rim. */
    static Form button(Dice dice) {
        double radius = dice.between(30, 46);
        double hole = radius * dice.between(0.08, 0.14);
        Point from = new Point(radius * dice.between(0.2, 0.3), dice.chance(0.5) ? radius * 0.25 : 0);
        Field holes = (x, y) -> hole - from.distance(Math.abs(x), Math.abs(y));
        return new Form(Form.without(Form.disc(radius), holes), Form.disc(radius * dice.between(0.6, 0.85)));
    }

    /** A crown cap: a scalloped rim around a flat middle. */
    static Form cap(Dice dice) {
        double radius = dice.between(34, 46);
        int waves = dice.whole(14, 24);
        double depth = dice.between(1, 2.5);
        Field rim =
                (x, y) -> radius + depth * StrictMath.cos(waves * StrictMath.atan2(y, x)) - Math.sqrt(x * x + y * y);
        double groove = radius * dice.between(0.65, 0.85);
        return new Form(rim, (x, y) -> 1.5 - Math.abs(Math.sqrt(x * x + y * y) - groove));
    }
}
