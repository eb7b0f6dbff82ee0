import type { Words } from "./catalogue.js";

const words = <T extends Record<string, Words>>(table: T): T => table;

/** The shop page's own words. */
export const WORDS = words({
  skip: { en: "Skip to the content", fr: "Aller au contenu", it: "Vai al contenuto", de: "Zum Inhalt", es: "Ir al contenido" },
  menu: { en: "Main", fr: "Principal", it: "Principale", de: "Hauptnavigation", es: "Principal" },
  language: { en: "Language", fr: "Langue", it: "Lingua", de: "Sprache", es: "Idioma" },
  bag: { en: "Bags", fr: "Sacs", it: "Borse", de: "Taschen", es: "Bolsos" },
  shoes: { en: "Shoes", fr: "Chaussures", it: "Scarpe", de: "Schuhe", es: "Calzado" },
  wear: { en: "Ready-to-wear", fr: "Prêt-à-porter", it: "Prêt-à-porter", de: "Ready-to-wear", es: "Prêt-à-porter" },
  eyewear: { en: "Eyewear", fr: "Lunettes", it: "Occhiali", de: "Brillen", es: "Gafas" },
  jewellery: { en: "Jewellery", fr: "Bijoux", it: "Gioielli", de: "Schmuck", es: "Joyería" },
  fragrance: { en: "Fragrance", fr: "Parfum", it: "Profumi", de: "Duft", es: "Fragancia" },
  all: { en: "All", fr: "Tout", it: "Tutto", de: "Alles", es: "Todo" },
  season: { en: "Winter", fr: "Hiver", it: "Inverno", de: "Winter", es: "Invierno" },
  intro: {
    en: "Form before ornament. The season’s silhouettes, in leather, wool and knit.",
    fr: "La forme avant l’ornement. Les silhouettes de la saison, en cuir, laine et maille.",
    it: "La forma prima dell’ornamento. Le silhouette della stagione, in pelle, lana e maglia.",
    de: "Form vor Zierde. Die Silhouetten der Saison in Leder, Wolle und Strick.",
    es: "La forma antes que el adorno. Las siluetas de la temporada, en piel, lana y punto.",
  },
  colour: { en: "Colour", fr: "Couleur", it: "Colore", de: "Farbe", es: "Color" },
  size: { en: "Size", fr: "Taille", it: "Taglia", de: "Größe", es: "Talla" },
  add: { en: "Add to shopping bag", fr: "Ajouter au panier", it: "Aggiungi alla shopping bag", de: "In den Warenkorb", es: "Añadir a la cesta" },
  added: {
    en: "This is a demonstration: nothing is sold here.",
    fr: "Ceci est une démonstration : rien n’est vendu ici.",
    it: "Questa è una dimostrazione: qui non si vende nulla.",
    de: "Dies ist eine Vorführung: Hier wird nichts verkauft.",
    es: "Esto es una demostración: aquí no se vende nada.",
  },
  details: { en: "Details", fr: "Détails", it: "Dettagli", de: "Details", es: "Detalles" },
  detailsText: {
    en: "Made in Italy. Delivered in the house’s box, with dust bag and certificate of authenticity.",
    fr: "Fabriqué en Italie. Livré dans l’écrin de la maison, avec housse et certificat d’authenticité.",
    it: "Prodotto in Italia. Consegnato nella scatola della maison, con sacchetto e certificato di autenticità.",
    de: "Hergestellt in Italien. Geliefert im Karton des Hauses, mit Staubbeutel und Echtheitszertifikat.",
    es: "Hecho en Italia. Se entrega en la caja de la casa, con funda y certificado de autenticidad.",
  },
  service: { en: "Client service", fr: "Service client", it: "Servizio clienti", de: "Kundenservice", es: "Atención al cliente" },
  serviceText: {
    en: "Orders, returns, repairs, or simply a question: the House Concierge answers at any hour, and a client advisor joins when you wish.",
    fr: "Commandes, retours, réparations ou simple question : le Concierge répond à toute heure, et un conseiller vous rejoint quand vous le souhaitez.",
    it: "Ordini, resi, riparazioni o una semplice domanda: il Concierge risponde a ogni ora, e un consulente la raggiunge quando lo desidera.",
    de: "Bestellung, Rückgabe, Reparatur oder einfach eine Frage: Der Concierge antwortet zu jeder Stunde, und auf Wunsch übernimmt ein Kundenberater.",
    es: "Pedidos, devoluciones, reparaciones o una simple pregunta: el Concierge responde a cualquier hora, y un asesor se une cuando lo desee.",
  },
  ask: { en: "Ask the concierge", fr: "Écrire au concierge", it: "Scrivi al concierge", de: "Den Concierge fragen", es: "Preguntar al concierge" },
  also: { en: "You may also like", fr: "Vous aimerez aussi", it: "Potrebbe piacerle anche", de: "Das könnte Ihnen gefallen", es: "También le puede gustar" },
  demo: {
    en: "Demonstration shop. Products and prices are examples.",
    fr: "Boutique de démonstration. Produits et prix sont des exemples.",
    it: "Negozio dimostrativo. Prodotti e prezzi sono esempi.",
    de: "Vorführladen. Produkte und Preise sind Beispiele.",
    es: "Tienda de demostración. Productos y precios son ejemplos.",
  },
});
