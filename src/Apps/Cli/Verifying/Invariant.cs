namespace Tessera.Cli.Verifying;

/// <summary>One promise of the store, held against what the databases say.</summary>
/// <param name="Checked">How many things it was checked on.</param>
/// <param name="Broken">Each thing that breaks it, in words.</param>
internal sealed record Invariant(string Name, long Checked, IReadOnlyList<string> Broken)
{
    public bool Holds => Broken.Count == 0;

    public static Invariant Of<T>(string name, IEnumerable<T> things, Func<T, string?> whyBroken)
    {
        var count = 0L;
        var broken = new List<string>();
        foreach (var thing in things)
        {
            count++;
            if (whyBroken(thing) is { } why) broken.Add(why);
        }
        return new Invariant(name, count, broken);
    }
}
