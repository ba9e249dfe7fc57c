using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults.Tests.Text;

public sealed class TraceParentTests
{
    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("0af7651916cd43dd8448eb211c80319c", null)]
    [InlineData("00-0af7651916cd43dd-b7ad6b7169203331-01", null)]
    [InlineData("00-<script>alert(1)</script>0123456-b7ad6b7169203331-01", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_trace_of_a_parent_is_its_second_part(string? parent, string? trace) =>
        Assert.Equal(trace, TraceParents.TraceOf(parent));
}
