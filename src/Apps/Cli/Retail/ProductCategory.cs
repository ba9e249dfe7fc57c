namespace Tessera.Cli.Retail;

/// <summary>A category read off a product's name: the files of order lines have none. The first word that is known
/// decides, the more telling kinds first.</summary>
internal static class ProductCategory
{
    private static readonly (string Category, string[] Words)[] kinds =
    [
        ("christmas", ["CHRISTMAS", "XMAS", "ADVENT", "SANTA", "REINDEER", "SNOWMAN", "BAUBLE", "BAUBLES"]),
        ("jewellery", ["NECKLACE", "BRACELET", "EARRING", "EARRINGS", "RING", "BROOCH", "BANGLE", "PENDANT", "TIARA"]),
        ("paper", ["CARD", "CARDS", "PAPER", "WRAP", "NOTEBOOK", "STICKERS", "ENVELOPE", "ENVELOPES", "NOTES",
            "JOURNAL", "TAGS", "TISSUES", "POSTCARD", "STICKER"]),
        ("bags", ["BAG", "BAGS", "SHOPPER", "HANDBAG", "PURSE", "RUCKSACK", "SATCHEL", "BACKPACK", "TOTE"]),
        ("lights", ["CANDLE", "CANDLES", "CANDLESTICK", "LIGHT", "LIGHTS", "LANTERN", "T-LIGHT", "TEALIGHT", "LAMP",
            "LAMPSHADE", "CANDELABRA", "CHANDELIER"]),
        ("garden", ["GARDEN", "PLANT", "PLANTER", "WATERING", "BIRD", "BIRDHOUSE", "SEEDS", "HERB", "PARASOL"]),
        ("toys", ["TOY", "TOYS", "DOLL", "DOLLY", "GAME", "GAMES", "PUZZLE", "SKITTLES", "DOMINOES", "JIGSAW",
            "SPACEBOY", "CHILDRENS", "KIDS", "BALLOONS", "MARBLES", "PLAYHOUSE"]),
        ("kitchen", ["TEA", "TEAPOT", "CUP", "CUPS", "MUG", "PLATE", "BOWL", "JAR", "JARS", "CAKE", "CAKESTAND",
            "LUNCH", "BOTTLE", "COFFEE", "BAKING", "JAM", "BREAD", "RECIPE", "APRON", "OVEN", "SPOON", "SPOONS", "TRAY",
            "NAPKINS", "TOWEL", "EGG", "MOULD", "MOULDS", "JUG", "SNACK", "PANTRY", "CUTLERY", "STRAWS", "KITCHEN"]),
        ("crafts", ["SEWING", "RIBBON", "RIBBONS", "KNITTING", "BUTTONS", "CROCHET", "PAINT", "FELTCRAFT", "CRAYONS",
            "PENCIL", "PENCILS", "CHALK"]),
        ("home", ["CLOCK", "FRAME", "CUSHION", "DOORMAT", "SIGN", "HOOK", "HOOKS", "HANGER", "MIRROR", "DRAWER",
            "CABINET", "VASE", "HEART", "CHAIR", "STOOL", "TABLE", "BOX", "BASKET", "QUILT", "BUNTING",
            "MAGNET", "MAGNETS",
            "WARMER", "DECORATION", "ORNAMENT", "WICKER", "KNOB", "COAT", "RACK", "SHELF"]),
    ];

    private static readonly char[] separators = [' ', ',', '.', '/', '&', '(', ')', '\'', '"'];

    /// <summary>Null when no word of it tells.</summary>
    public static string? Of(string name)
    {
        var words = name.ToUpperInvariant().Split(separators, StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(kinds, kind => kind.Words.Intersect(words, StringComparer.Ordinal).Any()).Category;
    }
}
