using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Tessera.Orders.Tests.Agreeing;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Orders:Delivery:Options:0:Name", "By Air")]
    [InlineData("Orders:Delivery:Options:0:PriceMinor", "-1")]
    [InlineData("Orders:Delivery:Options:0:PriceMinor", "1000001")]
    [InlineData("Orders:Delivery:Options:1:Name", "post")]
    [InlineData("Orders:Tax:RatePercent", "101")]
    [InlineData("Orders:Tax:DeliveryRatePercent", "-1")]
    public void Names_the_key_of_what_is_no_setting(string key, string value)
    {
        using var services = With(("Orders:Delivery:Options:0:Name", "post"), (key, value));
        var refused = Assert.Throws<OptionsValidationException>(() =>
        {
            _ = services.GetRequiredService<IOptions<DeliverySettings>>().Value;
            _ = services.GetRequiredService<IOptions<TaxSettings>>().Value;
        });
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_are_set_stand_instead_of_those_there_are_otherwise()
    {
        using var services = With(
            ("Orders:Delivery:Options:0:Name", "post"), ("Orders:Delivery:Options:0:PriceMinor", "250"));
        var option = Assert.Single(services.GetRequiredService<IOptions<DeliverySettings>>().Value.Offered);
        Assert.Equal(("post", 250, true), (option.Name, option.PriceMinor, option.NeedsAddress));
    }

    private static ServiceProvider With(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        var configuration = new ConfigurationManager();
        foreach (var (key, value) in settings) configuration[key] = value; // The later one of two counts.
        services.AddSingleton<IConfiguration>(configuration);
        services.AddOrderRules();
        return services.BuildServiceProvider();
    }
}
