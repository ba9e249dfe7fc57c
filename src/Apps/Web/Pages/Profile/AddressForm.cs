using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Tessera.Orders.Contracts;
using Tessera.Users.Contracts;
using Tessera.Web.Texts;

namespace Tessera.Web.Pages.Profile;

/// <summary>An address as it was typed, good or not.</summary>
public sealed record AddressForm(
    string Name, string Line1, string Line2, string PostalCode, string City, string Country)
{
    public static readonly AddressForm Empty = new("", "", "", "", "", "");

    /// <summary>In the order of the page. The bounds are those of the order's own shape.</summary>
    public static readonly IReadOnlyList<AddressField> Fields =
    [
        Field(nameof(Name), "name"), Field(nameof(Line1), "address-line1"), Field(nameof(Line2), "address-line2"),
        Field(nameof(PostalCode), "postal-code"), Field(nameof(City), "address-level2"),
        Field(nameof(Country), "country-name"),
    ];

    public string this[string field] => field switch
    {
        nameof(Name) => Name,
        nameof(Line1) => Line1,
        nameof(Line2) => Line2,
        nameof(PostalCode) => PostalCode,
        nameof(City) => City,
        _ => Country,
    };

    public static AddressForm Of(IFormCollection sent) => new(
        Text(sent, nameof(Name)), Text(sent, nameof(Line1)), Text(sent, nameof(Line2)),
        Text(sent, nameof(PostalCode)), Text(sent, nameof(City)), Text(sent, nameof(Country)));

    public static AddressForm Of(AddressView kept) => new(
        kept.Name ?? "", kept.Line1, kept.Line2 ?? "", kept.PostalCode, kept.City, kept.Country);

    /// <summary>What is wrong, by the field; empty when it is an address.</summary>
    internal Dictionary<string, string> Faults(Words words)
    {
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in Fields)
        {
            var text = this[field.Name];
            if (text.Length == 0 && field.IsNeeded) faults[field.Name] = words[$"address.missing.{field.Name}"];
            else if (text.Length > field.LengthMax) faults[field.Name] = words.Format("address.long", field.LengthMax);
            else if (text.Length > 0 && text.Length < field.LengthMin)
                faults[field.Name] = words[$"address.missing.{field.Name}"];
        }
        return faults;
    }

    public DeliveryAddress ToDelivery() =>
        new(Name, Line1, Line2.Length == 0 ? null : Line2, City, PostalCode, Country);

    public AddressRequest ToRequest(bool isDefault) =>
        new(Line1, Line2.Length == 0 ? null : Line2, City, PostalCode, Country, Name, isDefault);

    private static string Text(IFormCollection sent, string field) => sent[field].ToString().Trim();

    private static AddressField Field(string name, string autocomplete)
    {
        var member = typeof(DeliveryAddress).GetProperty(name)!;
        var length = member.GetCustomAttribute<StringLengthAttribute>()!;
        return new AddressField(
            name, autocomplete, member.GetCustomAttribute<RequiredAttribute>() is not null, length.MinimumLength,
            length.MaximumLength);
    }
}

/// <param name="Autocomplete">What browsers know it by.</param>
public sealed record AddressField(string Name, string Autocomplete, bool IsNeeded, int LengthMin, int LengthMax)
{
    public string Id => "address-" + Name;
}
