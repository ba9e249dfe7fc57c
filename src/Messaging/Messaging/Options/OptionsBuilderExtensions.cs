using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Tessera.Messaging;

/// <summary>Checks of options that a reader of the message can act on.</summary>
public static class OptionsBuilderExtensions
{
    /// <summary>As <c>ValidateDataAnnotations</c>, but what is wrong is named by its configuration key in
    /// <paramref name="section"/>, with its value.</summary>
    public static OptionsBuilder<TOptions> ValidateKeys<TOptions>(
        this OptionsBuilder<TOptions> options, string section) where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Services.AddSingleton<IValidateOptions<TOptions>>(new OptionsRules<TOptions>(section));
        return options;
    }
}
