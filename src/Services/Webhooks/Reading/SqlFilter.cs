using System.Globalization;

namespace Tessera.Webhooks;

/// <summary>Conditions behind <c>where endpoint = $1</c>, with their parameters.</summary>
internal sealed class SqlFilter(Guid endpoint)
{
    private readonly List<object?> _parameters = [endpoint];

    public string Text { get; private set; } = "";

    public object?[] Parameters => [.. _parameters];

    public SqlFilter And(string condition)
    {
        Text += $" and {condition}";
        return this;
    }

    /// <summary>Left out when there is no value.</summary>
    public SqlFilter And(string condition, params object?[] values)
    {
        if (Array.Exists(values, value => value is null)) return this;
        var names = values.Select(value =>
        {
            _parameters.Add(value);
            return "$" + _parameters.Count.ToString(CultureInfo.InvariantCulture);
        }).ToArray<object?>();
        return And(string.Format(CultureInfo.InvariantCulture, condition, names));
    }
}
