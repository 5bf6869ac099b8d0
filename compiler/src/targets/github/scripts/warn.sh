warn() { echo "::warning::$1"; }
