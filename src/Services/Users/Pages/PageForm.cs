using System.ComponentModel.DataAnnotations;
using Tessera.Users.Texts;

namespace Tessera.Users.Pages;

/// <summary>What a form was sent with, and what is wrong with it. A page that refuses shows both again.</summary>
public sealed class PageForm
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<FieldFault> _faults = [];

    public IReadOnlyList<FieldFault> Faults => _faults;

    public bool IsGood => _faults.Count == 0;

    /// <summary>The text of the field; empty when it was not sent.</summary>
    public string this[string field] => _values.GetValueOrDefault(field, "");

    /// <summary>Without the white space around it.</summary>
    public string Trimmed(string field) => this[field].Trim();

    public static async Task<PageForm> ReadAsync(HttpContext context, CancellationToken stop)
    {
        var form = new PageForm();
        if (!context.Request.HasFormContentType) return form;
        foreach (var (name, values) in await context.Request.ReadFormAsync(stop))
            form._values[name] = values.ToString();
        return form;
    }

    /// <summary>A form that is shown for the first time.</summary>
    public static PageForm With(params ReadOnlySpan<(string Field, string? Value)> values)
    {
        var form = new PageForm();
        foreach (var (field, value) in values) form._values[field] = value ?? "";
        return form;
    }

    /// <param name="field">Empty: the fault is of no one field.</param>
    public void Refuse(string field, Wording why) => _faults.Add(new FieldFault(field, why));

    public void Refuse(string field, string key, params object[] values) => Refuse(field, new Wording(key, values));

    public Wording? FaultOf(string field) => _faults.Find(fault => fault.Field == field)?.Why;

    /// <summary>Checks what the interface for programs checks too, and says it in the page's words.</summary>
    /// <param name="words">Per member of the shape: the field and what to do.</param>
    public void Check(object shape, params ReadOnlySpan<(string Member, string Field, Wording Why)> words)
    {
        List<ValidationResult> results = [];
        if (Validator.TryValidateObject(shape, new ValidationContext(shape), results, validateAllProperties: true))
            return;
        foreach (var result in results)
        {
            var member = result.MemberNames.FirstOrDefault() ?? "";
            var (field, why) = ("", new Wording("fault.other"));
            foreach (var word in words)
            {
                if (word.Member == member) (field, why) = (word.Field, word.Why);
            }
            if (FaultOf(field) is null) Refuse(field, why);
        }
    }
}

public sealed record FieldFault(string Field, Wording Why);
