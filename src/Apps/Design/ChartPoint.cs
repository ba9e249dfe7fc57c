namespace Tessera.Design;

/// <summary>A moment of a chart over time.</summary>
/// <param name="Name">Of the moment, such as <c>10:31</c>.</param>
/// <param name="Column">Null: nothing is known of it.</param>
/// <param name="Line">As the column; a second value of the same kind.</param>
public sealed record ChartPoint(string Name, double? Column, double? Line = null);
