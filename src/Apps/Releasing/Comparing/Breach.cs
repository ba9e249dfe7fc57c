namespace Tessera.Releasing.Comparing;

/// <summary>A change that somebody who was there before cannot live with.</summary>
/// <param name="Rule">Its name, such as <c>property-removed</c>.</param>
/// <param name="Where">Such as <c>orders.order-placed.v1 lines[].sku</c>.</param>
/// <param name="Sentence">What broke, and what to do.</param>
public sealed record Breach(string Rule, string Where, string Sentence)
{
    /// <summary>The release it is broken against, where there is one.</summary>
    public string? Since { get; init; }

    public override string ToString() =>
        $"{Where}: {Sentence} [{Rule}{(Since is null ? "" : $", against {Since}")}]";
}

/// <summary>Who writes what the shape describes, and who reads it.</summary>
public enum Direction
{
    /// <summary>Clients of before write; the service of now reads.</summary>
    Request,

    /// <summary>The service of now writes; clients of before read.</summary>
    Response,

    /// <summary>Events are kept: readers of before read what is written now, and readers of now what was written
    /// before.</summary>
    Stored,
}
