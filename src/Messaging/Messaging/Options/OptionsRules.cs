using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Tessera.Messaging;

/// <summary>Checks the bounds on an options class's properties and names the configuration
/// key of what is wrong.</summary>
internal sealed class OptionsRules<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    /// <summary>A <see cref="RangeAttribute"/> converts its bounds when it is first asked, and fails if two ask at
    /// once: hosts that start side by side in one process, as in tests, share it.</summary>
    private static readonly Lock OneAtATime = new();

    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var wrong = new List<ValidationResult>();
        lock (OneAtATime)
        {
            if (Validator.TryValidateObject(
                options, new ValidationContext(options), wrong, validateAllProperties: true))
            {
                return ValidateOptionsResult.Success;
            }
        }
        return ValidateOptionsResult.Fail(wrong.Select(rule =>
        {
            var property = rule.MemberNames.FirstOrDefault() ?? "";
            var value = typeof(TOptions).GetProperty(property)?.GetValue(options);
            var key = $"{section}:{property}";
            return rule.ErrorMessage?.StartsWith(key, StringComparison.Ordinal) == true
                ? rule.ErrorMessage
                : $"{key} is '{value}'. {rule.ErrorMessage}";
        }));
    }
}

