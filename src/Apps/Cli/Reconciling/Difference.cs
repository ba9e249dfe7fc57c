namespace Tessera.Cli.Reconciling;

/// <summary>One event of which two services tell different histories.</summary>
/// <param name="Event">Its type, without the version.</param>
/// <param name="Subject">What it is about: an order, a product or a user.</param>
/// <param name="Service">Who has not got it, has forgotten that it announced it, or has taken it twice.</param>
internal sealed record Difference(DifferenceKind Kind, string Event, string Subject, string Service)
{
    public override string ToString() => Kind switch
    {
        DifferenceKind.Missing => $"missing    {Event} of {Subject}: announced, and {Service} has not got it",
        DifferenceKind.Forgotten =>
            $"forgotten  {Event} of {Subject}: others have got it, and {Service} does not know that it announced it",
        _ => $"twice      {Event} of {Subject}: {Service} has taken it more than once",
    };
}

internal enum DifferenceKind
{
    /// <summary>The reader is behind: it was restored to before the event, or the event was lost.</summary>
    Missing,

    /// <summary>The publisher is behind: it was restored to before it announced the event.</summary>
    Forgotten,
    Twice,
}
