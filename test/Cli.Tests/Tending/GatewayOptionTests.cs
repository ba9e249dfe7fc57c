using System.CommandLine;
using Tessera.Cli.Shop;
using Xunit;

namespace Tessera.Cli.Tests.Tending;

public sealed class GatewayOptionTests
{
    [Fact]
    public void Takes_the_address_of_a_gateway()
    {
        var option = Store.GatewayOption();
        var parsed = new RootCommand { option }.Parse("--gateway http://127.0.0.1:9000");
        Assert.Empty(parsed.Errors);
        Assert.Equal(new Uri("http://127.0.0.1:9000"), parsed.GetValue(option));
    }

    [Fact]
    public void Is_none_unless_given()
    {
        var option = Store.GatewayOption();
        Assert.Null(new RootCommand { option }.Parse("").GetValue(option));
    }

    [Theory]
    [InlineData("127.0.0.1:9000")]
    [InlineData("file:///etc")]
    [InlineData("gateway")]
    public void Refuses_what_is_none_and_says_so(string given)
    {
        var option = Store.GatewayOption();
        var error = Assert.Single(new RootCommand { option }.Parse("--gateway " + given).Errors);
        Assert.Equal($"--gateway takes an address such as http://127.0.0.1:8080, not '{given}'.", error.Message);
    }
}
