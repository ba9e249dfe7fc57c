namespace Tessera.Baskets;

/// <summary>Whose basket it is. A guest's id is random and known to one browser alone; a person's id is known to
/// others, so the two kinds never meet in one key.</summary>
internal readonly record struct Holder(string Key)
{
    public static Holder User(Guid user) => new($"user:{user:D}");

    public static Holder Guest(Guid basket) => new($"guest:{basket:D}");
}
