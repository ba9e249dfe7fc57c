using System.ComponentModel.DataAnnotations;
using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults;

/// <summary>What the shop is, alike for all of its processes.</summary>
public sealed class ShopOptions : IValidatableObject
{
    public const string Section = "Shop";

    /// <summary>What every price and every payment is in (ISO 4217). Set before the first product: prices are kept as
    /// numbers of its minor unit, and a change later changes what they mean. Orders keep the currency that they were
    /// placed in.</summary>
    [Required] public string Currency { get; set; } = "GBP";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Currencies.IsKnown(Currency)) yield break;
        yield return new ValidationResult(
            $"{Section}:{nameof(Currency)} is '{Currency}'. It must be the three capital letters of a currency that is "
            + "in use (ISO 4217), such as GBP, EUR or JPY.",
            [nameof(Currency)]);
    }
}
