namespace Tessera.Messaging.Postgres.Tests;

/// <summary>One order in which three transactions take their steps: each draws its number, then an id of the outbox,
/// then commits.</summary>
/// <param name="Steps">Whose turn it is, nine times.</param>
internal sealed record Interleaving(IReadOnlyList<int> Steps)
{
    public const int Transactions = 3;
    private const int StepsOfEach = 3;

    /// <summary>All of them, but for those that differ only in the transactions' names: the first to draw a number
    /// is 0.</summary>
    public static IEnumerable<Interleaving> All() => From([], new int[Transactions]);

    private static IEnumerable<Interleaving> From(int[] steps, int[] done)
    {
        if (steps.Length == Transactions * StepsOfEach) return [new Interleaving(steps)];
        return Enumerable.Range(0, Transactions)
            .Where(one => done[one] < StepsOfEach && (done[one] > 0 || one == 0 || done[one - 1] > 0))
            .SelectMany(one => From([.. steps, one], [.. done.Select((count, n) => n == one ? count + 1 : count)]));
    }

    public override string ToString() => string.Concat(Steps.Select(one => (char)('A' + one)));
}
