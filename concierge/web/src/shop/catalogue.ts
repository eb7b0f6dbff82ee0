/** What the demonstration shop shows. The families are those that the house's aftercare knows. */

import type { Language } from "../shared/languages.js";
import type { ShapeName } from "./shapes.js";

export type Words = Record<Language, string>;

export interface Product {
  id: string;
  name: string;
  family: string;
  kind: "bag" | "shoes" | "wear" | "eyewear" | "jewellery" | "fragrance";
  material: Words;
  price: number;
  shape: ShapeName;
  tone: "bone" | "stone" | "ink" | "ash";
  sizes: string[];
  colours: Words[];
  wide?: boolean;
}

const black: Words = { en: "Black", fr: "Noir", it: "Nero", de: "Schwarz", es: "Negro" };
const bone: Words = { en: "Bone", fr: "Os", it: "Osso", de: "Knochenweiß", es: "Hueso" };
const grey: Words = { en: "Slate", fr: "Ardoise", it: "Ardesia", de: "Schiefer", es: "Pizarra" };
const oxblood: Words = { en: "Oxblood", fr: "Sang-de-bœuf", it: "Sangue di bue", de: "Ochsenblut", es: "Sangre de toro" };

const calf: Words = {
  en: "Shiny box calfskin",
  fr: "Veau box brillant",
  it: "Vitello box lucido",
  de: "Glänzendes Boxcalf",
  es: "Becerro box brillante",
};
const lamb: Words = {
  en: "Arena lambskin, crushed",
  fr: "Agneau Arena froissé",
  it: "Agnello Arena stropicciato",
  de: "Arena-Lammleder, geknittert",
  es: "Cordero Arena arrugado",
};
const mesh: Words = {
  en: "Mesh and nylon",
  fr: "Mesh et nylon",
  it: "Mesh e nylon",
  de: "Mesh und Nylon",
  es: "Malla y nailon",
};
const knit: Words = {
  en: "Technical knit",
  fr: "Maille technique",
  it: "Maglia tecnica",
  de: "Technischer Strick",
  es: "Punto técnico",
};
const wool: Words = {
  en: "Barathea wool",
  fr: "Laine baratine",
  it: "Lana barathea",
  de: "Barathea-Wolle",
  es: "Lana barathea",
};
const acetate: Words = { en: "Acetate", fr: "Acétate", it: "Acetato", de: "Acetat", es: "Acetato" };
const silver: Words = {
  en: "Brass, palladium finish",
  fr: "Laiton, finition palladium",
  it: "Ottone, finitura palladio",
  de: "Messing, palladiumfarben",
  es: "Latón, acabado paladio",
};
const scent: Words = {
  en: "Eau de parfum",
  fr: "Eau de parfum",
  it: "Eau de parfum",
  de: "Eau de Parfum",
  es: "Eau de parfum",
};

export const PRODUCTS: Product[] = [
  { id: "hourglass-small", name: "Hourglass Small", family: "Hourglass", kind: "bag", material: calf, price: 2390, shape: "hourglass", tone: "bone", sizes: ["XS", "S", "M"], colours: [black, bone, oxblood], wide: true },
  { id: "le-cagole-medium", name: "Le Cagole Medium", family: "Le Cagole", kind: "bag", material: lamb, price: 2450, shape: "crescent", tone: "stone", sizes: ["XS", "S", "M"], colours: [black, grey] },
  { id: "triple-s", name: "Triple S", family: "Triple S", kind: "shoes", material: mesh, price: 995, shape: "sole", tone: "ash", sizes: ["36", "37", "38", "39", "40", "41", "42", "43"], colours: [bone, black, grey] },
  { id: "cocoon-jacket", name: "Cocoon Jacket", family: "", kind: "wear", material: wool, price: 3650, shape: "coat", tone: "bone", sizes: ["34", "36", "38", "40", "42"], colours: [black, grey] },
  { id: "neo-cagole", name: "Neo Cagole City", family: "Neo Cagole", kind: "bag", material: lamb, price: 1990, shape: "tote", tone: "ash", sizes: ["S", "M"], colours: [black, oxblood] },
  { id: "speed", name: "Speed Recycled", family: "Speed", kind: "shoes", material: knit, price: 795, shape: "sock", tone: "stone", sizes: ["36", "37", "38", "39", "40", "41", "42"], colours: [black, bone] },
  { id: "dynasty", name: "Dynasty Rectangle", family: "", kind: "eyewear", material: acetate, price: 420, shape: "shades", tone: "bone", sizes: [], colours: [black, grey] },
  { id: "track", name: "Track", family: "Track", kind: "shoes", material: mesh, price: 950, shape: "track", tone: "bone", sizes: ["36", "37", "38", "39", "40", "41", "42", "43"], colours: [grey, black], wide: true },
  { id: "force-ring", name: "Force Ring", family: "", kind: "jewellery", material: silver, price: 350, shape: "ring", tone: "ash", sizes: ["50", "52", "54", "56"], colours: [grey] },
  { id: "getaria", name: "Getaria", family: "", kind: "fragrance", material: scent, price: 260, shape: "flacon", tone: "stone", sizes: [], colours: [bone] },
];

export const product = (id: string | null): Product => PRODUCTS.find((item) => item.id === id) ?? PRODUCTS[0]!;
