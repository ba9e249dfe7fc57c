using Tessera.Cli.Shipping.Registries;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

public sealed class RegistryPasswordTests
{
    [Fact]
    public void Are_those_that_a_sign_in_has_left_for_the_host()
    {
        // tea:se:cret
        const string config = """{ "auths": { "a.test:5000": { "auth": "dGVhOnNlOmNyZXQ=" }, "b.test": { } } }""";
        var who = RegistryPasswords.Read(config, "a.test:5000")!;
        Assert.Equal(("tea", "se:cret"), (who.UserName, who.Password));
        Assert.Null(RegistryPasswords.Read(config, "a.test"));
        Assert.Null(RegistryPasswords.Read(config, "b.test")); // A helper keeps it.
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ }")]
    [InlineData("[]")]
    [InlineData("""{ "auths": { "a.test": { "auth": "%" } } }""")]
    [InlineData("""{ "auths": { "a.test": { "auth": "dGVh" } } }""")]
    public void Are_none_in_a_file_that_says_none(string config) =>
        Assert.Null(RegistryPasswords.Read(config, "a.test"));
}
