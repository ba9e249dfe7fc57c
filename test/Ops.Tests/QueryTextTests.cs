using Tessera.Ops.Calling;

namespace Tessera.Ops.Tests;

public sealed class QueryTextTests
{
    [Fact]
    public void Holds_what_has_a_value_escaped_and_is_empty_where_nothing_has()
    {
        Assert.Equal("?a=1&c=x%20%26%20y", QueryText.Of("?", ("a", "1"), ("b", null), ("c", "x & y")));
        Assert.Equal("", QueryText.Of("?", ("a", null)));
    }
}
