namespace Tessera.Bench.Catalog;

/// <summary>Names as shops have them, always the same ones: 24,000 different word pairs, some words in every twelfth
/// product, some in one of a thousand.</summary>
internal static class Vocabulary
{
    public static readonly string[] Colors =
        ["Amber", "Blue", "Cream", "Crème", "Emerald", "Grey", "Indigo", "Ivory", "Pink", "Red", "Sand", "White"];

    public static readonly string[] Materials =
    [
        "Bamboo", "Brass", "Canvas", "Ceramic", "Copper", "Cotton", "Enamel", "Felt", "Glass", "Linen", "Marble", "Oak",
        "Paper", "Pewter", "Porcelain", "Rattan", "Silk", "Slate", "Steel", "Wool",
    ];

    public static readonly string[] Things =
    [
        "Apron", "Bag", "Basket", "Bell", "Blanket", "Bottle", "Bowl", "Box", "Bracelet", "Brush", "Candle", "Card",
        "Clock", "Coaster", "Cup", "Cushion", "Doormat", "Drawer", "Frame", "Garland", "Hook", "Jar", "Jug", "Kettle",
        "Lamp", "Lantern", "Mirror", "Mug", "Napkin", "Notebook", "Pan", "Pencil", "Plate", "Purse", "Ribbon", "Scarf",
        "Spoon", "Teapot", "Towel", "Tray", "Umbrella", "Vase",
    ];

    public static readonly string[] Styles =
        ["Antique", "Classic", "Folding", "Garden", "Hanging", "Kitchen", "Large", "Mini", "Party", "Retro", "Travel"];

    public static string Category(int number) => $"Department {number % 40}";

    public static string Name(int number) =>
        $"{Of(Styles, number)} {Of(Colors, number / 7)} {Of(Materials, number / 5)} {Of(Things, number / 3)} " +
        $"{number % 997}";

    public static string Of(string[] words, int number) => words[number % words.Length];
}
