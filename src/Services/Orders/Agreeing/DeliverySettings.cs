using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>How orders come to their buyers, and for what.</summary>
internal sealed class DeliverySettings : IValidatableObject
{
    public const string Section = "Orders:Delivery";
    public const int OptionsMax = 20;
    public const long PriceMinorMax = 1_000_000;

    private static readonly DeliveryOption[] otherwise =
    [
        new() { Name = "standard", PriceMinor = 390 },
        new() { Name = "express", PriceMinor = 990 },
        new() { Name = "collect", PriceMinor = 0, NeedsAddress = false },
    ];

    /// <summary>The usual one first. Any that are set stand instead of all those that the shop has otherwise:
    /// <c>standard</c> for 3.90, <c>express</c> for 9.90, and <c>collect</c>.</summary>
    public List<DeliveryOption> Options { get; set; } = [];

    public IReadOnlyList<DeliveryOption> Offered => Options.Count == 0 ? otherwise : Options;

    public DeliveryOption? Find(string name) => Offered.FirstOrDefault(option => option.Name == name);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Options.Count > OptionsMax)
            yield return Wrong($"{Section}:Options has {Options.Count} entries; at most {OptionsMax} are allowed.");
        for (var at = 0; at < Options.Count; at++)
        {
            var (key, option) = ($"{Section}:Options:{at}", Options[at]);
            if (!Regex.IsMatch(option.Name, DeliveryOptionView.NamePattern))
            {
                yield return Wrong(
                    $"{key}:Name is '{option.Name}'. It must be 1 to 32 of a-z, 0-9 and -, a letter first.");
            }
            if (Options.FindIndex(other => other.Name == option.Name) < at)
                yield return Wrong($"{key}:Name is '{option.Name}', which another option is called.");
            if (option.PriceMinor is < 0 or > PriceMinorMax)
            {
                yield return Wrong(
                    $"{key}:PriceMinor is {option.PriceMinor}. It must lie between 0 and {PriceMinorMax}.");
            }
        }
    }

    private static ValidationResult Wrong(string message) => new(message, [nameof(Options)]);
}

internal sealed class DeliveryOption
{
    public string Name { get; set; } = "";

    /// <summary>Tax included.</summary>
    public long PriceMinor { get; set; }

    /// <summary>False where the buyer fetches it.</summary>
    public bool NeedsAddress { get; set; } = true;
}
