@echo off
rem Makes a virtual environment, installs what Tagscribe needs, and runs it with the arguments given.
rem A folder of pictures that is dropped on this file is captioned.
setlocal
cd /d "%~dp0"
if not exist ".venv\Scripts\python.exe" (
    py -3 -m venv .venv 2>nul || python -m venv .venv
)
if not exist ".venv\Scripts\python.exe" (
    echo Python 3.10 or newer is needed: install it from python.org, tick "Add python.exe to PATH", and start run.bat again.
    pause
    exit /b 2
)
".venv\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check -r requirements.txt
if errorlevel 1 (
    echo The libraries could not be installed: read the message above, and check the connection to the internet.
    pause
    exit /b 2
)
".venv\Scripts\python.exe" caption.py %*
set code=%errorlevel%
pause
exit /b %code%
