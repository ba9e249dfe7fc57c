using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

public sealed class ChangedSettingsTests
{
    [Fact]
    public void Takes_a_key_in_either_spelling_and_a_value_with_equals_signs() => Assert.Equal(
        new Dictionary<string, string>
        {
            ["Orders__PaymentTimeout"] = "00:01:00",
            ["Database__ConnectionString"] = "Host=a;Username=b",
            ["Gateway__TrustedProxies__0"] = "10.0.0.0/8",
        },
        ChangedSettings.Parse(
        [
            "Orders:PaymentTimeout=00:01:00", "Database__ConnectionString=Host=a;Username=b",
            "Gateway:TrustedProxies:0=10.0.0.0/8",
        ]));

    /// <summary>Else the process would have two variables for one key, and take either.</summary>
    [Theory]
    [InlineData("orders:paymenttimeout", "Orders__PaymentTimeout")]
    [InlineData("DATABASE__CONNECTIONSTRING", "Database__ConnectionString")]
    [InlineData("gateway:trustedproxies:0", "Gateway__TrustedProxies__0")]
    [InlineData("orders:delivery:options:1:name", "Orders__Delivery__Options__1__Name")]
    public void Spells_a_key_as_its_page_does(string typed, string spelled) =>
        Assert.Equal([spelled], ChangedSettings.Parse([$"{typed}=1"]).Keys);

    [Fact]
    public void Reads_a_secret_from_a_file_without_its_last_line_end()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "amqp://shop:secret@broker/\n");
        Assert.Equal(
            "amqp://shop:secret@broker/",
            ChangedSettings.Parse([$"Messaging:RabbitMq:Uri=@{file}"])["Messaging__RabbitMq__Uri"]);
        File.Delete(file);
    }

    [Theory]
    [InlineData("Orders:PaymentTimout=00:01:00", "Nothing reads 'Orders:PaymentTimout'; docs/configuration.md has")]
    [InlineData("Orders:PaymentTimeout", "--set takes KEY=VALUE")]
    [InlineData("Orders:Delivery:Options:1:Nam=a", "Nothing reads 'Orders:Delivery:Options:1:Nam'")]
    [InlineData("=1", "--set takes KEY=VALUE")]
    [InlineData("Mail:Password=@/nowhere/at/all", "The value of Mail:Password cannot be read")]
    public void Refuses_what_would_change_nothing(string text, string because)
    {
        var refused = Assert.Throws<UserError>(() => ChangedSettings.Parse([text]));
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
    }
}
