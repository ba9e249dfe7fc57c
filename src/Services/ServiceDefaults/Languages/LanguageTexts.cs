using System.Text.Json;

namespace Tessera.ServiceDefaults;

/// <summary>The texts of one language, from <c>Texts/LANGUAGE.json</c> in the assembly of whoever writes them.
/// </summary>
public abstract class LanguageTexts
{
    private readonly Dictionary<string, string> _texts;
    private readonly IFormatProvider _format;

    protected LanguageTexts(ReaderLanguage language, IFormatProvider format)
    {
        (Language, Name, _format) = (language.Tag, language.Name, format);
        using var file = GetType().Assembly.GetManifestResourceStream($"Texts/{Language}.json")
            ?? throw new InvalidOperationException($"Texts/{Language}.json is not built in.");
        _texts = JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    }

    public string Language { get; }

    /// <summary>Of the language, in itself.</summary>
    public string Name { get; }

    public IReadOnlyCollection<string> Keys => _texts.Keys;

    /// <exception cref="KeyNotFoundException">There is no such text.</exception>
    public string this[string key] => _texts[key];

    public string? TryGet(string key) => _texts.GetValueOrDefault(key);

    public string Format(string key, params ReadOnlySpan<object?> values) =>
        string.Format(_format, _texts[key], values);
}
